/**
 * Every combination of what the manifests can be.
 *
 * @module
 */

import type { Values } from "../../src/cli/settings.ts";

const CHOICES: readonly (readonly Values[])[] = [
  [{ workload: "statefulset" }, { workload: "deployment" }],
  [{ discovery: "api" }, { discovery: "endpoints" }, { discovery: "dns" }],
  [{}, { lease: true }],
  [{}, { secretName: "app-secret" }],
];

/** The settings of every variant. */
export function manifestVariants(namespace: string): readonly Values[] {
  const fixed: Values = { name: "app", image: "registry.example/app:1", namespace };
  return CHOICES.reduce<readonly Values[]>(
    (variants, choices) => variants.flatMap((variant) => choices.map((choice) => ({ ...variant, ...choice }))),
    [fixed],
  );
}
