/**
 * A certificate authority of its own, for a control plane that lives as long as a test.
 *
 * @module
 */

import { capture } from "../harness/process.ts";

/** Paths of PEM files. */
export interface Certificates {
  readonly ca: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** Of the group `system:masters`, which may do everything. */
  readonly adminCertificate: string;
  readonly adminKey: string;
  /** What service-account tokens are signed with. */
  readonly tokenKey: string;
}

async function openssl(folder: string, ...args: readonly string[]): Promise<void> {
  const { ok, stderr } = await capture("openssl", args, { cwd: folder });
  if (!ok) throw new Error(`"openssl ${args[0]}" failed: ${stderr}`);
}

/** Who is certified. */
export interface Subject {
  /** Of the files. */
  readonly name: string;
  readonly subject: string;
  readonly extensions: readonly string[];
}

/** Writes a certificate and its key, `name.crt` and `name.key`, into the folder of {@linkcode makeCertificates}. */
export async function issue(folder: string, { name, subject, extensions }: Subject): Promise<void> {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await Deno.writeTextFile(`${folder}/${name}.ext`, extensions.join("\n"));
  await openssl(folder, "req", "-new", ...curve, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", subject);
  const signer = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
  await openssl(
    folder,
    "x509",
    "-req",
    "-in",
    `${name}.csr`,
    ...signer,
    "-extfile",
    `${name}.ext`,
    "-out",
    `${name}.crt`,
  );
}

/** Writes the certificates and keys into the folder; the server has these IP addresses, too. */
export async function makeCertificates(folder: string, addresses: readonly string[] = []): Promise<Certificates> {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    folder,
    "req",
    "-x509",
    ...curve,
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
    "-days",
    "2",
    "-subj",
    "/CN=test-ca",
  );
  await issue(folder, {
    name: "server",
    subject: "/CN=kube-apiserver",
    extensions: [
      [
        "subjectAltName=DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:::1",
        ...addresses.map((ip) => `IP:${ip}`),
      ]
        .join(","),
      "extendedKeyUsage=serverAuth",
    ],
  });
  await issue(folder, {
    name: "admin",
    subject: "/O=system:masters/CN=admin",
    extensions: ["extendedKeyUsage=clientAuth"],
  });
  await openssl(folder, "genrsa", "-out", "token.key", "2048");
  return {
    ca: `${folder}/ca.crt`,
    serverCertificate: `${folder}/server.crt`,
    serverKey: `${folder}/server.key`,
    adminCertificate: `${folder}/admin.crt`,
    adminKey: `${folder}/admin.key`,
    tokenKey: `${folder}/token.key`,
  };
}
