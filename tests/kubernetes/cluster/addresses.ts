/**
 * Where everything of the cluster is, inside of its network namespaces.
 *
 * @module
 */

/** The control plane's, and the nodes' router. */
export const CONTROL = "10.0.0.1";
/** Of the API server. */
export const API_PORT = 6443;
/** ClusterIPs. */
export const SERVICES = "10.96.0.0/16";
/** The Service `kubernetes`. */
export const API_SERVICE = "10.96.0.1";
/** The Service of the cluster's DNS. */
export const DNS_SERVICE = "10.96.0.10";

/** A node's own address; nodes are numbered from 1. */
export function nodeAddress(node: number): string {
  return `10.0.0.${10 + node}`;
}

/** The addresses of a node's pods. */
export function podSubnet(node: number): string {
  return `10.244.${node}.0/24`;
}

/** The first of a node's pods' addresses, which its bridge has. */
export function podGateway(node: number): string {
  return `10.244.${node}.1`;
}

/** A node's name in the cluster. */
export function nodeName(node: number): string {
  return `node${node}`;
}
