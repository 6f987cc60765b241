/**
 * Asks an API server once, in a process of its own: `tls_probe.ts <server> <folder>`. Says what came of it.
 *
 * @module
 */

import process from "node:process";
import { ApiClient } from "../../src/kubernetes/api_client.ts";

const [server, serviceAccount] = process.argv.slice(2);
const client = new ApiClient({ server, serviceAccount }, {});
const path = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices";
const outcome = await client.request({ path, signal: new AbortController().signal }).then(
  () => "answered",
  (error: unknown) => `refused: ${error instanceof Error ? error.message : error}`,
);
console.log(outcome);
