/** The container and pod a process runs in, as far as its cgroup tells. */
export interface Container {
  containerId?: string;
  podUid?: string;
}

const POD = [/^\/kubepods\S*\/pod([^/]+)$/, /kubepods[^/]*-pod([^/]+)\.slice/];
const CONTAINER_ID = [
  /^[0-9a-f]{64}$/i,
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4,}$/i,
  // AWS ECS
  /^[0-9a-f]{32}-[0-9]{1,10}$/i,
];

/** Reads the text of `/proc/self/cgroup` (W-24): the first line that names a container or a pod wins. */
export function containerFromCgroup(text: string): Container {
  for (const line of text.split("\n")) {
    const second = line.indexOf(":", line.indexOf(":") + 1);
    if (second < 0) continue;
    const found = containerFromPath(line.slice(second + 1).trim());
    if (found.containerId !== undefined) return found;
  }
  return {};
}

function containerFromPath(path: string): Container {
  // containerd's CRI form is <directory>:cri-containerd:<id>.
  const colon = path.lastIndexOf(":");
  const cut = colon >= 0 ? colon : path.lastIndexOf("/");
  if (cut < 0) return {};
  const directory = path.slice(0, cut).replace(/:[^:/]*$/, "");
  const id = withoutScope(path.slice(cut + 1));
  for (const pattern of POD) {
    const pod = pattern.exec(directory);
    if (pod && id !== "") return { containerId: id, podUid: (pod[1] as string).replaceAll("_", "-") };
  }
  return CONTAINER_ID.some((pattern) => pattern.test(id)) ? { containerId: id } : {};
}

/** `docker-<id>.scope` → `<id>`. Runtimes with a hyphen in their own name (`cri-containerd-<id>`) need the last part, which then is 64 hex digits. */
function withoutScope(name: string): string {
  if (!name.endsWith(".scope")) return name;
  const rest = name.slice(0, -".scope".length);
  const last = rest.slice(rest.lastIndexOf("-") + 1);
  if (/^[0-9a-f]{64}$/i.test(last)) return last;
  return rest.slice(rest.indexOf("-") + 1);
}

/** Reads the text of `/proc/self/mountinfo` (W-25): with cgroup v2 the container's id is only in the host path of `/etc/hostname`. */
export function containerFromMountinfo(text: string): Container {
  const line = text.split("\n").find((candidate) => candidate.includes(" /etc/hostname "));
  const id = line
    ?.split(" ")[3]
    ?.split("/")
    .find((part) => /^[0-9a-f]{64}$/i.test(part));
  return id === undefined ? {} : { containerId: id };
}
