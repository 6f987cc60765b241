/**
 * Changes of a source text by the syntax of its functions.
 *
 * @module
 */

import ts from "typescript";
import type { Change, Confusion, Omission, Replacement } from "./mutant.ts";

type Declared = ts.FunctionDeclaration | ts.MethodDeclaration;

/** The text with the function changed; undefined where it has no function of that name. */
export function edit(text: string, change: Change): string | undefined {
  const source = ts.createSourceFile("source.ts", text, ts.ScriptTarget.ESNext, true);
  const declared = declarationsIn(source).filter((node) => nameOf(node) === change.of);
  if (declared.length === 0) return undefined;
  if (declared.length > 1) throw new Error(`${change.of} is declared ${declared.length} times in one file`);
  const [node] = declared;
  if ("instead" in change) return replaced(text, node!, change);
  return "without" in change ? without(text, node!, change) : confused(text, node!, change);
}

function declarationsIn(source: ts.SourceFile): Declared[] {
  const found: Declared[] = [];
  for (const statement of source.statements) {
    if (ts.isFunctionDeclaration(statement)) found.push(statement);
    if (ts.isClassDeclaration(statement)) found.push(...statement.members.filter(ts.isMethodDeclaration));
  }
  return found;
}

function nameOf(node: Declared): string {
  const owner = ts.isMethodDeclaration(node) ? `${(node.parent as ts.ClassDeclaration).name?.text}.` : "";
  return `${owner}${node.name?.getText()}`;
}

function replaced(text: string, node: Declared, { of, instead }: Replacement): string {
  if (!ts.isFunctionDeclaration(node)) throw new Error(`${of} is a method: only functions can be replaced`);
  const exported = node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true ? "export " : "";
  const real = `function ${of}$real${text.slice(node.name!.end, node.end)}`;
  const planted =
    `${exported}function ${of}(...args: any[]): any { return ((${instead}) as any)(${of}$real, ...args); }`;
  return `${text.slice(0, node.getStart())}${real}\n${planted}${text.slice(node.end)}`;
}

function confused(text: string, node: Declared, { of, swap: [name, other] }: Confusion): string {
  const places: number[] = [];
  visit(node.body!, (part) => {
    if (ts.isIdentifier(part) && part.text === name) places.push(part.getStart());
  });
  if (places.length === 0) throw new Error(`${of} does not mention ${name}`);
  return places.reverse().reduce((now, at) => now.slice(0, at) + other + now.slice(at + name.length), text);
}

function without(text: string, node: Declared, { of, without: names }: Omission): string {
  const parts: ts.Node[] = [];
  visit(node.body!, (part) => {
    if (isPart(part) && mentions(part, names)) parts.push(part);
  });
  const innermost = parts.filter((part) => !parts.some((other) => other !== part && isWithin(other, part)));
  const fewest = Math.min(...innermost.map((part) => namesIn(part).size));
  const smallest = innermost.filter((part) => namesIn(part).size === fewest);
  if (smallest.length !== 1) {
    throw new Error(`${of} has ${smallest.length} parts that mention ${names.join(" and ")}, instead of one`);
  }
  const [part] = smallest;
  return text.slice(0, part!.getStart()) + substituteFor(part!) + text.slice(part!.end);
}

/** Whether a function can do without it. */
function isPart(node: ts.Node): boolean {
  if (isOperand(node)) return true;
  if (ts.isIfStatement(node) || ts.isForOfStatement(node) || ts.isForStatement(node)) return true;
  return ts.isExpressionStatement(node) || ts.isReturnStatement(node) || ts.isPropertyAssignment(node);
}

function isOperand({ parent }: ts.Node): boolean {
  return ts.isBinaryExpression(parent) && isLogical(parent.operatorToken.kind);
}

function isLogical(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken;
}

/** What stands where the part was: an operand that decides nothing, else nothing. */
function substituteFor(part: ts.Node): string {
  if (isOperand(part)) {
    const { operatorToken: { kind } } = part.parent as ts.BinaryExpression;
    return kind === ts.SyntaxKind.AmpersandAmpersandToken ? "true" : "false";
  }
  if (ts.isIfStatement(part)) return part.elseStatement?.getText() ?? "{}";
  return ts.isPropertyAssignment(part) ? "...{}" : "{}";
}

function mentions(node: ts.Node, names: readonly string[]): boolean {
  const found = namesIn(node);
  return names.every((name) => found.has(name));
}

function namesIn(node: ts.Node): Set<string> {
  const found = new Set<string>();
  visit(node, (part) => {
    if (ts.isIdentifier(part) || ts.isPrivateIdentifier(part) || ts.isStringLiteral(part)) found.add(part.text);
  });
  return found;
}

function isWithin(inner: ts.Node, outer: ts.Node): boolean {
  for (let node = inner.parent; node !== undefined; node = node.parent) if (node === outer) return true;
  return false;
}

function visit(node: ts.Node, see: (part: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}
