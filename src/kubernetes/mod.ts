/**
 * Members in pods of Kubernetes: who they are, who their peers are, and tokens that the API server mints. Nothing of
 * it loads with the main entry point.
 *
 * @example A pod that has nothing but its environment
 * ```ts
 * import { Democracy } from "../../mod.ts";
 * import { kubernetes } from "./mod.ts";
 *
 * // With the variables of the manifests in place there is nothing to say.
 * function join(): Democracy {
 *   const democracy = new Democracy(kubernetes());
 *   democracy.on("elected", ({ id, token }) => console.log(`${id} leads with token ${token}`));
 *   return democracy;
 * }
 * ```
 *
 * @module
 */

export { dnsPeers, type DnsPeersOptions, type DnsResolver } from "../discovery/dns_peers.ts";
export type { Discovery, DiscoveryContext, DiscoveryUpdate } from "../discovery/discovery.ts";
export type { Fencing, MintRequest } from "../leadership/fencing.ts";
export type { Logger } from "../logger.ts";
export type { ApiOptions } from "./api_client.ts";
export type { Including } from "./endpoints.ts";
export { type Environment, podAddress, type PodIdentity, podIdentity } from "./environment.ts";
export { kubernetes, type KubernetesMember, type KubernetesOptions } from "./kubernetes.ts";
export { kubernetesLease, type KubernetesLeaseOptions } from "./lease.ts";
export { endpointsPeers, kubernetesPeers, type ServicePeersOptions } from "./service_peers.ts";
