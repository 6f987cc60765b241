/**
 * The flags that every etcd and kube-apiserver of a test has.
 *
 * @module
 */

import type { Certificates } from "./certificates.ts";

/** Of an etcd that keeps its data in `folder`; its clients and peers find it at these URLs. */
export function etcdFlags(folder: string, client: string, peer: string): readonly string[] {
  return [
    `--data-dir=${folder}/etcd`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
  ];
}

/** What one API server needs to know. */
export interface ApiServerOptions {
  /** The URL of its store. */
  readonly etcd: string;
  readonly port: number;
  /** For what it writes. */
  readonly folder: string;
  /** The ranges of addresses of Services. */
  readonly services: string;
  readonly certificates: Certificates;
}

/** Of an API server with TLS and tokens of service accounts. */
export function apiServerFlags({ etcd, port, folder, services, certificates }: ApiServerOptions): readonly string[] {
  const { ca, serverCertificate, serverKey, tokenKey } = certificates;
  return [
    `--etcd-servers=${etcd}`,
    `--secure-port=${port}`,
    `--tls-cert-file=${serverCertificate}`,
    `--tls-private-key-file=${serverKey}`,
    `--client-ca-file=${ca}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${tokenKey}`,
    `--service-account-signing-key-file=${tokenKey}`,
    `--service-cluster-ip-range=${services}`,
    "--shutdown-delay-duration=0s",
    `--cert-dir=${folder}`,
  ];
}
