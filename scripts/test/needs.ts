/**
 * What some tests need that not every machine has, found out before anything runs.
 *
 * @module
 */

import { capture } from "../harness/process.ts";
import { whatIsMissing } from "../kubernetes/binaries.ts";
import { CLUSTER_SCENES } from "../kubernetes/cluster_scenes.ts";
import { UnavailableError } from "../kubernetes/unavailable_error.ts";

/** Something that some tests need. */
export interface Need {
  readonly tests: string;
  readonly what: string;
  /** What follows for these tests on this machine: that they are skipped, and why, or what happens first. */
  find(): Promise<{ readonly skipped: boolean; readonly told: string }>;
}

/** Network namespaces; the tests themselves look closer. */
export const NAMESPACES: Need = {
  tests: "real faults in network namespaces",
  what: "Linux, root, ip (iproute2) and nft (nftables)",
  async find() {
    if (Deno.build.os !== "linux") return skip(`this is ${Deno.build.os}`);
    if (Deno.uid() !== 0) return skip("this is not root");
    const missing: string[] = [];
    for (const [program, flag] of [["ip", "-V"], ["nft", "-v"]] as const) {
      if (!(await capture(program, [flag])).ok) missing.push(program);
    }
    return missing.length > 0 ? skip(`there is no ${missing.join(" and no ")}`) : here("unless the kernel refuses");
  },
};

/** A real API server. */
export const CONTROL_PLANE: Need = {
  tests: "Kubernetes' API server",
  what: "etcd and kube-apiserver, or Debian's package of the one and Go for the other",
  async find() {
    try {
      const missing = await whatIsMissing();
      return here(missing.length === 0 ? "nothing has to be made" : `first ${missing.join(", and ")}`);
    } catch (error) {
      if (error instanceof UnavailableError) return skip(error.message.split("\n")[0] ?? "");
      throw error;
    }
  },
};

/** Real kubelets; the tests themselves look closer. */
export const CLUSTER: Need = {
  tests: "a cluster of kubelets",
  what:
    "Linux, root, cgroups of version 1, Go, and Debian's containerd, runc, containernetworking-plugins and etcd-server",
  find() {
    const asked = Deno.env.get(CLUSTER_SCENES);
    const found = !asked
      ? skip(`${CLUSTER_SCENES} is not set; short and all choose its scenes`)
      : here(`${asked}, unless the machine refuses`);
    return Promise.resolve(found);
  },
};

function skip(why: string): { readonly skipped: boolean; readonly told: string } {
  return { skipped: true, told: why };
}

function here(told: string): { readonly skipped: boolean; readonly told: string } {
  return { skipped: false, told };
}

/** Tells of each need whether it is met; the lines are for people. */
export async function tellNeeds(needs: readonly Need[]): Promise<string[]> {
  return await Promise.all(needs.map(async ({ tests, what, find }) => {
    const { skipped, told } = await find();
    return `  ${tests}: ${skipped ? "SKIPPED" : "run"}, ${told}\n    needs ${what}`;
  }));
}
