/**
 * The programs of a Kubernetes control plane: etcd and kube-apiserver. They come from the folder `KUBEBUILDER_ASSETS`
 * where that is set; else etcd from the system or from Debian's package, and kube-apiserver built once from its Go module,
 * pinned, into a cache outside of the repository.
 *
 * @module
 */

import { capture } from "../harness/process.ts";

/** The pinned version, and the version that its libraries carry. */
const KUBERNETES = { version: "v1.34.4", libraries: "v0.34.4" };

const BUILD_TIMEOUT = 60 * 60_000;

/** Paths of programs. */
export interface Binaries {
  readonly etcd: string;
  readonly apiserver: string;
}

/** Why there is no control plane on this machine, for people. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}

/** Where what is built is kept between runs. */
function cacheFolder(): string {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  return `${cache}/democracy-control-plane/${KUBERNETES.version}`;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}

async function onPath(program: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":")) {
    if (folder !== "" && await isFile(`${folder}/${program}`)) return `${folder}/${program}`;
  }
  return undefined;
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

/** The path of kube-apiserver, or undefined where it has to be built. */
async function findApiserver(): Promise<string | undefined> {
  const cached = `${cacheFolder()}/kube-apiserver`;
  if (await isFile(cached)) return cached;
  if (await onPath("go") !== undefined) return undefined;
  throw new UnavailableError(
    "kube-apiserver is missing, and so is Go to build it: install Go, or set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver",
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
  if (await findApiserver() === undefined) missing.push("kube-apiserver is built, once, in 10 to 20 minutes");
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
    apiserver: await findApiserver() ?? await buildApiserver(say),
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

/** Whoever looks sees no file or the whole file. */
async function moveIntoPlace(from: string, to: string): Promise<void> {
  const partial = `${to}.${crypto.randomUUID()}`;
  await Deno.copyFile(from, partial);
  await Deno.rename(partial, to);
}

async function buildApiserver(say: (line: string) => void): Promise<string> {
  const target = `${cacheFolder()}/kube-apiserver`;
  say(`building kube-apiserver ${KUBERNETES.version} once, which takes 10 to 20 minutes`);
  const folder = await Deno.makeTempDir({ prefix: "democracy_apiserver_" });
  try {
    await Deno.writeTextFile(`${folder}/go.mod`, await goModule(folder));
    const output = `${folder}/kube-apiserver`;
    await go(folder, [
      "build",
      "-trimpath",
      "-ldflags",
      linkerFlags(),
      "-o",
      output,
      "k8s.io/kubernetes/cmd/kube-apiserver",
    ]);
    await moveIntoPlace(output, target);
    return target;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Without it the server calls itself v0.0.0, and clients complain. */
function linkerFlags(): string {
  const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(KUBERNETES.version) ?? [];
  const values = { gitVersion: KUBERNETES.version, gitMajor: major, gitMinor: minor };
  const flags = Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ["-s", "-w", ...flags].join(" ");
}

/** Its own go.mod takes the libraries from folders of its repository; as a module it needs those that were published with it. */
async function goModule(folder: string): Promise<string> {
  const name = "k8s.io/kubernetes";
  const answer = JSON.parse(await go(folder, ["mod", "download", "-json", `${name}@${KUBERNETES.version}`]));
  const theirs = await Deno.readTextFile(answer.GoMod);
  const libraries = [...theirs.matchAll(/^(?:replace|\t)\s*(\S+) => \.\/staging\//gm)].map(([, library]) => library);
  const replaced = libraries.map((library) => `\t${library} => ${library} ${KUBERNETES.libraries}`);
  const goVersion = /^go .*$/m.exec(theirs)?.[0] ?? "";
  return ["module control-plane", goVersion, `require ${name} ${KUBERNETES.version}`, "replace (", ...replaced, ")", ""]
    .join("\n");
}

async function go(cwd: string, args: readonly string[]): Promise<string> {
  const flags = Deno.env.get("GOFLAGS") ?? "";
  const { ok, stdout, stderr, timedOut } = await capture("go", args, {
    cwd,
    env: { CGO_ENABLED: "0", GOFLAGS: `${flags} -mod=mod`.trim() },
    timeout: BUILD_TIMEOUT,
  });
  if (ok) return stdout;
  const why = timedOut ? "it took longer than an hour" : stderr.trim().split("\n").slice(-5).join("\n");
  throw new UnavailableError(`Cannot build kube-apiserver: "go ${args[0]}" failed: ${why}`);
}
