/**
 * The cluster's network: a namespace for the control plane, with a bridge, and one for each node.
 *
 * @module
 */

import { mustRun } from "../../../scripts/harness/process.ts";
import { API_PORT, API_SERVICE, CONTROL, DNS_SERVICE, nodeAddress, podGateway, podSubnet } from "./addresses.ts";

/** The names of the namespaces. */
export class ClusterNetwork {
  readonly #name: string;
  readonly #nodes: readonly number[];

  /** Of a cluster of that name; nothing is made yet. */
  constructor(name: string, nodes: readonly number[]) {
    this.#name = name;
    this.#nodes = nodes;
  }

  /** Of the control plane. */
  get control(): string {
    return `${this.#name}_control`;
  }

  /** All of them. */
  get all(): readonly string[] {
    return [this.control, ...this.#nodes.map((node) => this.node(node))];
  }

  /** Of a node. */
  node(node: number): string {
    return `${this.#name}_node${node}`;
  }

  /** Makes the namespaces, cables, addresses and routes. */
  async make(): Promise<void> {
    for (const each of this.all) {
      await ip("netns", "add", each);
      await ip("-n", each, "link", "set", "lo", "up");
      // In the namespace only; a new one may inherit either value.
      await mustRun("nsenter", [`--net=/run/netns/${each}`, "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
    }
    await ip("-n", this.control, "link", "add", "br0", "type", "bridge");
    await ip("-n", this.control, "addr", "add", `${CONTROL}/24`, "dev", "br0");
    await ip("-n", this.control, "link", "set", "br0", "up");
    for (const node of this.#nodes) await this.#plugIn(node);
  }

  /** Pulls the node's cable out of the bridge. */
  async cut(node: number): Promise<void> {
    await ip("-n", this.control, "link", "set", cable(node), "nomaster");
  }

  /** Plugs it in again. */
  async heal(node: number): Promise<void> {
    await ip("-n", this.control, "link", "set", cable(node), "master", "br0");
  }

  async #plugIn(node: number): Promise<void> {
    const namespace = this.node(node);
    await ip(
      "-n",
      this.control,
      "link",
      "add",
      cable(node),
      "type",
      "veth",
      "peer",
      "name",
      "eth0",
      "netns",
      namespace,
    );
    await ip("-n", this.control, "link", "set", cable(node), "master", "br0", "up");
    await ip("-n", namespace, "addr", "add", `${nodeAddress(node)}/24`, "dev", "eth0");
    await ip("-n", namespace, "link", "set", "eth0", "up");
    await ip("-n", namespace, "route", "add", "default", "via", CONTROL);
    await ip("-n", this.control, "route", "add", podSubnet(node), "via", nodeAddress(node));
    for (const other of this.#nodes.filter((each) => each !== node)) {
      await ip("-n", namespace, "route", "add", podSubnet(other), "via", nodeAddress(other));
    }
    // Without an address of its own the bridge takes the least of its ports', and the pods lose their gateway when that port leaves.
    await ip("-n", namespace, "link", "add", "cni0", "address", `02:00:00:00:00:0${node}`, "type", "bridge");
    await ip("-n", namespace, "addr", "add", `${podGateway(node)}/24`, "dev", "cni0");
    await ip("-n", namespace, "link", "set", "cni0", "up");
    await this.#serve(namespace);
  }

  /** What kube-proxy would do for the two Services that pods need. */
  async #serve(namespace: string): Promise<void> {
    const rules = [
      `ip daddr ${API_SERVICE} tcp dport 443 dnat to ${CONTROL}:${API_PORT}`,
      `ip daddr ${DNS_SERVICE} udp dport 53 dnat to ${CONTROL}:53`,
      `ip daddr ${DNS_SERVICE} tcp dport 53 dnat to ${CONTROL}:53`,
    ].join("; ");
    await mustRun("nsenter", [
      `--net=/run/netns/${namespace}`,
      "nft",
      `table ip services {
        chain prerouting { type nat hook prerouting priority dstnat; ${rules}; }
        chain output { type nat hook output priority -100; ${rules}; }
      }`,
    ]);
  }
}

function cable(node: number): string {
  return `v${node}`;
}

async function ip(...args: readonly string[]): Promise<void> {
  await mustRun("ip", args, { timeout: 30_000 });
}
