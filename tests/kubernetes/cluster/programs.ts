/**
 * What the cluster is made of, and why there can be none on this machine.
 *
 * @module
 */

import { capture } from "../../../scripts/harness/process.ts";
import { ensureBinaries } from "../../../scripts/kubernetes/binaries.ts";
import { buildProgram, type BuiltProgram, findBuilt } from "../../../scripts/kubernetes/build.ts";
import { isFile, onPath } from "../../../scripts/kubernetes/program_cache.ts";
import { UnavailableError } from "../../../scripts/kubernetes/unavailable_error.ts";

/** Where Debian's package containernetworking-plugins has them. */
export const CNI_FOLDER = "/usr/lib/cni";
/** The hierarchies of cgroups that a kubelet needs. */
export const CONTROLLERS = [
  "cpu",
  "cpuacct",
  "cpuset",
  "memory",
  "pids",
  "devices",
  "freezer",
  "blkio",
  "systemd",
] as const;
/** Where they are. */
export const CGROUPS = "/sys/fs/cgroup";

const BUILT = ["kube-controller-manager", "kube-scheduler", "kubelet", "coredns", "pause"] as const;
const INSTALLED = { containerd: "containerd", runc: "runc", ip: "iproute2", nft: "nftables", nsenter: "util-linux" };

/** Paths of programs. */
export type Programs = Readonly<Record<"etcd" | "kube-apiserver" | (typeof BUILT)[number], string>>;

/** Throws an UnavailableError where there can be no cluster, whatever is built. */
export async function refuseCluster(): Promise<void> {
  if (Deno.build.os !== "linux") throw new UnavailableError(`kubelet runs on Linux, this is ${Deno.build.os}`);
  if (Deno.uid() !== 0) throw new UnavailableError("this is not root");
  for (const [program, name] of Object.entries(INSTALLED)) {
    if (await onPath(program) === undefined) throw new UnavailableError(`there is no ${program}; ${name} has it`);
  }
  for (const plugin of ["bridge", "host-local", "loopback"]) {
    if (!await isFile(`${CNI_FOLDER}/${plugin}`)) {
      throw new UnavailableError(`there is no ${CNI_FOLDER}/${plugin}; containernetworking-plugins has it`);
    }
  }
  for (const controller of CONTROLLERS) {
    if (await canMake(`${CGROUPS}/${controller}`)) continue;
    throw new UnavailableError(`no cgroup can be made in ${CGROUPS}/${controller}, a hierarchy of version 1`);
  }
  if (!(await Deno.readTextFile("/proc/filesystems")).includes("overlay")) {
    throw new UnavailableError("the kernel has no overlayfs");
  }
  const apart = await capture("unshare", ["--mount", "--pid", "--fork", "--mount-proc", "true"]);
  if (!apart.ok) throw new UnavailableError(`there are no namespaces of mounts: ${apart.stderr.trim()}`);
}

async function canMake(folder: string): Promise<boolean> {
  const probe = `${folder}/democracy_probe_${Deno.pid}`;
  try {
    await Deno.mkdir(probe);
    await Deno.remove(probe);
    return true;
  } catch {
    return false;
  }
}

/** Programs that have to be built here first. Throws an UnavailableError where they can't be. */
export async function unbuilt(): Promise<BuiltProgram[]> {
  const missing: BuiltProgram[] = [];
  for (const program of BUILT) if (await findBuilt(program) === undefined) missing.push(program);
  return missing;
}

/** Finds the programs, and makes those that are missing. Throws an UnavailableError where there can be no cluster. */
export async function ensurePrograms(say: (line: string) => void): Promise<Programs> {
  await refuseCluster();
  const { etcd, apiserver } = await ensureBinaries(say);
  const built = [];
  for (const program of BUILT) built.push([program, await findBuilt(program) ?? await buildProgram(program, say)]);
  return { ...Object.fromEntries(built), etcd, "kube-apiserver": apiserver };
}
