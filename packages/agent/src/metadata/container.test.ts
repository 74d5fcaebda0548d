import { describe, expect, it } from "vitest";
import { containerFromCgroup, containerFromMountinfo } from "./container.js";

const ID = "2227daf62df6694645fee5df53c1f91271546a9560e8600a525690ae252b7f63";
const DOCKER = "b15a5bdedd2e7645c3be271364324321b908314e4c77857bbfd32a041148c07f";

describe("containers by cgroup", () => {
  /** The vectors of W-26, and each form of W-24. */
  it.each([
    [
      "systemd, cri-o",
      `1:name=systemd:/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod90d81341_92de_11e7_8cf2_507b9d4141fa.slice/crio-${ID}.scope`,
      { containerId: ID, podUid: "90d81341-92de-11e7-8cf2-507b9d4141fa" },
    ],
    [
      "systemd, docker",
      `9:freezer:/kubepods.slice/kubepods-pod22949dce_fd8b_11ea_8ede_98f2b32c645c.slice/docker-${DOCKER}.scope`,
      { containerId: DOCKER, podUid: "22949dce-fd8b-11ea-8ede-98f2b32c645c" },
    ],
    [
      "a desktop's scope",
      "1:name=systemd:/user.slice/user-1000.slice/user@1000.service/apps.slice/apps-org.gnome.Terminal.slice/vte-spawn-75bc72bd-6642-4cf5-b62c-0674e11bfc84.scope",
      {},
    ],
    [
      "ECS",
      "1:name=systemd:/ecs/03752a671e744971a862edcee6195646/03752a671e744971a862edcee6195646-4015103728",
      { containerId: "03752a671e744971a862edcee6195646-4015103728" },
    ],
    [
      "containerd's scope with a hyphen in its name",
      `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod121157b5_c67d_4c3e_9052_cb27bbb711fb.slice/cri-containerd-${ID}.scope`,
      { containerId: ID, podUid: "121157b5-c67d-4c3e-9052-cb27bbb711fb" },
    ],
    ["docker", `12:devices:/docker/${ID}`, { containerId: ID }],
    [
      "cgroupfs, Kubernetes",
      `3:cpu:/kubepods/besteffort/pode9b90526-f47d-11e8-b2a5-080027b9f4fb/${ID}`,
      { containerId: ID, podUid: "e9b90526-f47d-11e8-b2a5-080027b9f4fb" },
    ],
    [
      "containerd's CRI form",
      `1:name=systemd:/system.slice/containerd.service/kubepods-burstable-pod1a2b_3c.slice:cri-containerd:${ID}`,
      { containerId: ID, podUid: "1a2b-3c" },
    ],
    ["Garden", "1:cpu:/system.slice/garden.service/garden/70eb4ce5-a065-4401-6990", {}],
    [
      "a UUID",
      "1:cpu:/garden/be0f924d-1f2c-4b5a-9d3e-0123456789ab",
      { containerId: "be0f924d-1f2c-4b5a-9d3e-0123456789ab" },
    ],
    ["no container", "0::/user.slice/user-1000.slice/session-2.scope", {}],
    ["the root", "0::/", {}],
    ["not a cgroup file", "garbage", {}],
  ])("W-24, W-26 %s", (_name, line, expected) => {
    expect(containerFromCgroup(line)).toEqual(expected);
  });

  it("W-24 the first line that names one wins", () => {
    expect(containerFromCgroup(`2:cpu:/\n1:a:/docker/${ID}\n0::/docker/${DOCKER}\n`)).toEqual({ containerId: ID });
  });
});

describe("containers by mountinfo", () => {
  it("W-25, W-26 finds the id in the host path of /etc/hostname", () => {
    const text = [
      "3990 3984 0:1 / /proc rw - proc proc rw",
      `3996 3984 253:1 /var/lib/docker/containers/${DOCKER}/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda1 rw`,
      `3997 3984 253:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw,relatime - ext4 /dev/vda1 rw`,
    ].join("\n");
    expect(containerFromMountinfo(text)).toEqual({ containerId: ID });
    expect(containerFromMountinfo("22 1 253:1 / / rw - ext4 /dev/vda1 rw")).toEqual({});
    expect(containerFromMountinfo("")).toEqual({});
  });
});
