/**
 * Programs that are built from their Go modules, pinned, each once, into a cache outside of the repository.
 *
 * @module
 */

import { capture } from "../harness/process.ts";
import { cacheFolder, isFile, KUBERNETES, moveIntoPlace, onPath } from "./program_cache.ts";
import { UnavailableError } from "./unavailable_error.ts";

const BUILD_TIMEOUT = 60 * 60_000;
const COREDNS = { name: "github.com/coredns/coredns", version: "v1.12.4" };

/** What it takes to build a program. */
interface Recipe {
  /** For people, on two quiet processors. */
  readonly takes: string;
  readonly goMod: (folder: string) => Promise<string>;
  /** A program of our own around the module, where the module's would be larger than what is needed of it. */
  readonly main?: string;
  /** The package to build; without one, `main`. */
  readonly target?: string;
  readonly values?: Readonly<Record<string, string>>;
}

/** CoreDNS with the plugins that a cluster's DNS needs, and without those of the clouds. */
const COREDNS_MAIN = `package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
)

func main() {
	dnsserver.Directives = []string{"ready", "errors", "cache", "kubernetes"}
	coremain.Run()
}
`;

/** Holds a pod's namespaces, and takes its orphans. */
const PAUSE_MAIN = `package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() {
	signals := make(chan os.Signal, 16)
	signal.Notify(signals)
	for received := range signals {
		switch received {
		case syscall.SIGINT, syscall.SIGTERM:
			return
		case syscall.SIGCHLD:
			for pid := 1; pid > 0; {
				pid, _ = syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			}
		}
	}
}
`;

const RECIPES = {
  "kube-apiserver": ofKubernetes("kube-apiserver", "10 to 20 minutes"),
  "kube-controller-manager": ofKubernetes("kube-controller-manager", "1 to 6 minutes"),
  "kube-scheduler": ofKubernetes("kube-scheduler", "half a minute"),
  kubelet: ofKubernetes("kubelet", "1 or 2 minutes"),
  coredns: {
    takes: "1 or 2 minutes",
    goMod: async (folder: string) => {
      const theirs = (await download(folder, `${COREDNS.name}@${COREDNS.version}`)).goMod;
      return goMod(theirs, [`require ${COREDNS.name} ${COREDNS.version}`]);
    },
    main: COREDNS_MAIN,
  },
  pause: { takes: "a few seconds", goMod: () => Promise.resolve(goMod("go 1.20", [])), main: PAUSE_MAIN },
} satisfies Record<string, Recipe>;

/** A program that can be built here. */
export type BuiltProgram = keyof typeof RECIPES;

/** The path of a program that was built before, or undefined where it has to be. Throws an UnavailableError where it can't be. */
export async function findBuilt(program: BuiltProgram): Promise<string | undefined> {
  const cached = `${cacheFolder()}/${program}`;
  if (await isFile(cached)) return cached;
  if (await onPath("go") !== undefined) return undefined;
  throw new UnavailableError(
    `${program} is missing, and so is Go to build it: install Go, or set KUBEBUILDER_ASSETS to a folder with etcd and kube-apiserver`,
  );
}

/** How long it takes to build a program, for people. */
export function buildTakes(program: BuiltProgram): string {
  return RECIPES[program].takes;
}

/** Builds a program; resolves to its path. Throws an UnavailableError where that fails. */
export async function buildProgram(program: BuiltProgram, say: (line: string) => void): Promise<string> {
  const recipe: Recipe = RECIPES[program];
  const target = `${cacheFolder()}/${program}`;
  say(`building ${program} once, which takes ${recipe.takes}`);
  await Deno.mkdir(cacheFolder(), { recursive: true });
  const folder = await Deno.makeTempDir({ prefix: "democracy_build_" });
  try {
    await Deno.writeTextFile(`${folder}/go.mod`, await recipe.goMod(folder));
    if (recipe.main !== undefined) await Deno.writeTextFile(`${folder}/main.go`, recipe.main);
    const flags = Object.entries(recipe.values ?? {}).map(([name, value]) => `-X ${name}=${value}`);
    const output = `${folder}/${program}.built`;
    const linker = ["-s", "-w", ...flags].join(" ");
    await go(folder, ["build", "-trimpath", "-ldflags", linker, "-o", output, recipe.target ?? "."]);
    await moveIntoPlace(output, target);
    return target;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function ofKubernetes(program: string, takes: string): Recipe {
  const [, major = "", minor = ""] = /^v(\d+)\.(\d+)/.exec(KUBERNETES.version) ?? [];
  const version = "k8s.io/component-base/version";
  return {
    takes,
    goMod: kubernetesModule,
    target: `k8s.io/kubernetes/cmd/${program}`,
    // Without it the program calls itself v0.0.0, and others complain.
    values: {
      [`${version}.gitVersion`]: KUBERNETES.version,
      [`${version}.gitMajor`]: major,
      [`${version}.gitMinor`]: minor,
    },
  };
}

/** Its own go.mod takes the libraries from folders of its repository; as a module it needs those that were published with it. */
async function kubernetesModule(folder: string): Promise<string> {
  const name = "k8s.io/kubernetes";
  const theirs = (await download(folder, `${name}@${KUBERNETES.version}`)).goMod;
  const libraries = [...theirs.matchAll(/^(?:replace|\t)\s*(\S+) => \.\/staging\//gm)].map(([, library]) => library);
  const replaced = libraries.map((library) => `\t${library} => ${library} ${KUBERNETES.libraries}`);
  return goMod(theirs, [`require ${name} ${KUBERNETES.version}`, "replace (", ...replaced, ")"]);
}

/** A module around others, for the version of Go that `theirs` names. */
function goMod(theirs: string, lines: readonly string[]): string {
  return ["module built", /^go .*$/m.exec(theirs)?.[0] ?? "", ...lines, ""].join("\n");
}

async function download(folder: string, module: string): Promise<{ readonly goMod: string }> {
  const answer = JSON.parse(await go(folder, ["mod", "download", "-json", module]));
  return { goMod: await Deno.readTextFile(answer.GoMod) };
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
  throw new UnavailableError(`Cannot build: "go ${args.join(" ")}" failed: ${why}`);
}
