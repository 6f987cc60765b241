/**
 * The programs of a Kubernetes control plane: etcd and kube-apiserver. They come from the folder `KUBEBUILDER_ASSETS`
 * where that is set; else etcd from the system or from Debian's package, and kube-apiserver built once from its Go module,
 * pinned, into a cache outside of the repository.
 *
 * @module
 */

import { capture } from "../harness/process.ts";
import { buildProgram, buildTakes, findBuilt } from "./build.ts";
import { cacheFolder, isFile, moveIntoPlace, onPath } from "./program_cache.ts";
import { UnavailableError } from "./unavailable_error.ts";

/** Paths of programs. */
export interface Binaries {
  readonly etcd: string;
  readonly apiserver: string;
}

/** The programs in the folder that the user names, if any. */
async function assetsFolder(): Promise<Binaries | undefined> {
  const assets = Deno.env.get("KUBEBUILDER_ASSETS");
  if (!assets) return undefined;
  const found = { etcd: `${assets}/etcd`, apiserver: `${assets}/kube-apiserver` };
  for (const path of Object.values(found)) {
    if (!await isFile(path)) throw new UnavailableError(`KUBEBUILDER_ASSETS is set, but ${path} is missing`);
  }
  return found;
}

/** Where there can be no control plane at all. */
async function refuse(): Promise<void> {
  if (Deno.build.os !== "linux") throw new UnavailableError(`kube-apiserver runs on Linux, this is ${Deno.build.os}`);
  if (await onPath("openssl") === undefined) {
    throw new UnavailableError("openssl, which makes the certificates, is missing");
  }
}

/** The path of etcd, or undefined where it has to be fetched. */
async function findEtcd(): Promise<string | undefined> {
  const cached = `${cacheFolder()}/etcd`;
  const found = await onPath("etcd") ?? (await isFile(cached) ? cached : undefined);
  if (found !== undefined || (await onPath("apt-get") !== undefined && await onPath("dpkg-deb") !== undefined)) {
    return found;
  }
  throw new UnavailableError(
    "etcd is missing: install it, or set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver",
  );
}

/**
 * What {@linkcode ensureBinaries} would have to make here, in words; it makes nothing.
 *
 * Throws an UnavailableError like it.
 */
export async function whatIsMissing(): Promise<string[]> {
  await refuse();
  if (await assetsFolder() !== undefined) return [];
  const missing: string[] = [];
  if (await findEtcd() === undefined) missing.push("etcd is fetched from Debian's package");
  if (await findBuilt("kube-apiserver") === undefined) {
    missing.push(`kube-apiserver is built, once, in ${buildTakes("kube-apiserver")}`);
  }
  return missing;
}

/**
 * Finds the programs, and makes those that are missing; `say` is told what takes long.
 *
 * Throws an UnavailableError that says what is missing where they can be neither found nor made here.
 */
export async function ensureBinaries(say: (line: string) => void = () => {}): Promise<Binaries> {
  await refuse();
  const given = await assetsFolder();
  if (given !== undefined) return given;
  await Deno.mkdir(cacheFolder(), { recursive: true });
  return {
    etcd: await findEtcd() ?? await fetchEtcd(say),
    apiserver: await findBuilt("kube-apiserver") ?? await buildProgram("kube-apiserver", say),
  };
}

async function fetchEtcd(say: (line: string) => void): Promise<string> {
  const cached = `${cacheFolder()}/etcd`;
  say("fetching etcd from Debian's package etcd-server");
  const folder = await Deno.makeTempDir({ prefix: "democracy_etcd_" });
  try {
    // Unpacked, not installed: nothing of the system changes, and only updating the lists may need root.
    let download = await capture("apt-get", ["download", "etcd-server"], { cwd: folder });
    if (!download.ok) {
      await capture("apt-get", ["update"], { timeout: 120_000 });
      download = await capture("apt-get", ["download", "etcd-server"], { cwd: folder });
    }
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    const archive = names.find((name) => name.endsWith(".deb"));
    if (!download.ok || archive === undefined) {
      throw new UnavailableError(
        `etcd is missing, and "apt-get download etcd-server" fails: ${download.stderr.trim()}`,
      );
    }
    const unpack = await capture("dpkg-deb", ["-x", `${folder}/${archive}`, folder]);
    if (!unpack.ok) throw new UnavailableError(`Cannot unpack ${archive}: ${unpack.stderr.trim()}`);
    await moveIntoPlace(`${folder}/usr/bin/etcd`, cached);
    return cached;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
