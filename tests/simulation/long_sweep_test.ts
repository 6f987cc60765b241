import { FIRST, PART, SEEDS, testParts } from "./sweep_parts.ts";

testParts(FIRST + 2 * PART, SEEDS / PART - 2);
