/**
 * What a person would do with kubectl, for tests: JSON in and out, as an administrator with a client certificate.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import type { Certificates } from "./certificates.ts";

/** An object of Kubernetes, or a part of one. */
export type Json = { [name: string]: unknown };

/** What the API server says. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

function contentType(method: string): string {
  return method === "PATCH" ? "application/merge-patch+json" : "application/json";
}

/** Talks to the API server with the administrator's certificate. */
export class AdminClient {
  readonly #port: number;
  readonly #certificates: Certificates;

  /** A client of the API server at this port. */
  constructor(port: number, certificates: Certificates) {
    this.#port = port;
    this.#certificates = certificates;
  }

  /** One request. Rejects where nobody answers. */
  request(method: string, path: string, body?: Json, type = contentType(method)): Promise<Answer> {
    const { ca, adminCertificate, adminKey } = this.#certificates;
    return new Promise((resolve, reject) => {
      const request = httpsRequest({
        hostname: "127.0.0.1",
        port: this.#port,
        method,
        path,
        ca: readFileSync(ca),
        cert: readFileSync(adminCertificate),
        key: readFileSync(adminKey),
        agent: false,
        headers: { "content-type": type },
      }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => text += chunk);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", reject);
      });
      request.on("error", reject);
      request.setTimeout(10_000, () => request.destroy(new Error("The API server does not answer")));
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** One request that must succeed. */
  async call(method: string, path: string, body?: Json, type = contentType(method)): Promise<Json> {
    const { status, text } = await this.request(method, path, body, type);
    if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text}`);
    return JSON.parse(text);
  }

  /** Whether the API server says that it is ready. */
  async isReady(): Promise<boolean> {
    try {
      return (await this.request("GET", "/readyz")).status === 200;
    } catch {
      return false;
    }
  }

  /** The version that the API server tells. */
  async version(): Promise<string> {
    return String((await this.call("GET", "/version")).gitVersion);
  }

  /** A fresh token of a service account, by the TokenRequest API. */
  async token(namespace: string, serviceAccount: string, seconds = 3600): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: seconds } };
    const { status } = await this.call("POST", path, body);
    return String((status as Json).token);
  }

  /** The API server's own count of requests, summed over what matches all labels: `apiserver_request_total`. */
  async requestsServed(labels: Readonly<Record<string, RegExp>>): Promise<number> {
    const { text } = await this.request("GET", "/metrics");
    let total = 0;
    for (const line of text.split("\n")) {
      if (!line.startsWith("apiserver_request_total{")) continue;
      const matches = Object.entries(labels).every(([name, pattern]) => {
        const value = new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1];
        return value !== undefined && pattern.test(value);
      });
      if (matches) total += Number(line.slice(line.lastIndexOf(" ") + 1));
    }
    return total;
  }
}
