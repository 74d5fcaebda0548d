import type { Metadata } from "@tidegauge/protocol";

type Kubernetes = NonNullable<NonNullable<Metadata["system"]>["kubernetes"]>;

/**
 * The Kubernetes part of the metadata (W-27): environment variables of the downward API win over what the cgroup says; the pod's name is the short
 * host name by default. `undefined` outside of Kubernetes.
 */
export function kubernetesMetadata(
  env: NodeJS.ProcessEnv,
  cgroupPodUid: string | undefined,
  configuredHostname: string | undefined,
  detectedHostname: string | undefined,
): Kubernetes | undefined {
  const namespace = env.KUBERNETES_NAMESPACE;
  const nodeName = env.KUBERNETES_NODE_NAME;
  const podName = env.KUBERNETES_POD_NAME;
  const podUid = env.KUBERNETES_POD_UID || cgroupPodUid;
  if (!namespace && !nodeName && !podName && !podUid) return undefined;
  const hostBasedName = cgroupPodUid ? configuredHostname || detectedHostname?.split(".")[0] : undefined;
  return {
    ...(namespace ? { namespace } : {}),
    ...(nodeName ? { node: { name: nodeName } } : {}),
    pod: { ...withName(podName || hostBasedName), ...(podUid ? { uid: podUid } : {}) },
  };
}

function withName(name: string | undefined): { name?: string } {
  return name ? { name } : {};
}
