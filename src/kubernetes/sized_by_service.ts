/**
 * Peers of a cluster whose size only its Service tells.
 *
 * @module
 */

import type { Discovery, DiscoveryContext, DiscoveryUpdate } from "../discovery/discovery.ts";
import { CLUSTER_SIZE } from "./labels.ts";

/** Complains where the Service says nothing: then nobody is elected. */
export class SizedByService implements Discovery {
  readonly #peers: Discovery;
  readonly #service: string;

  constructor(peers: Discovery, service: string) {
    this.#peers = peers;
    this.#service = service;
  }

  async *watch(context: DiscoveryContext): AsyncGenerator<DiscoveryUpdate, void, void> {
    let told = false;
    for await (const update of this.#peers.watch(context)) {
      if (update.clusterSize === undefined && !told) {
        context.logger.error(
          `Nobody can be elected: neither CLUSTER_SIZE nor the label "${CLUSTER_SIZE}" of Service "${this.#service}" tells how ` +
            "many replicas there are to be, and the pods that are there right now are no measure of a majority",
        );
      }
      told = update.clusterSize === undefined;
      yield update;
    }
  }
}
