/**
 * What the rules of tidiness need to know about one file, read off its syntax tree.
 *
 * @module
 */

import ts from "typescript";

/** A file by its path from the root of the repository, with forward slashes. */
export interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** One import, export-from or `import()`. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
  /** `static` imports load a module; `type` ones vanish; `dynamic` ones may never run. */
  readonly kind: "static" | "type" | "dynamic";
}

/** Something found at a line. */
export interface Mark {
  readonly name: string;
  readonly line: number;
}

/** A function and its length. */
export interface FunctionSize extends Mark {
  readonly lines: number;
}

/** All that is known about one file. */
export interface Facts {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionSize[];
  /** Names that stand for a value or a type: not keys, and not what follows a dot. */
  readonly names: readonly Mark[];
  /** `object.member` where the object is a plain name, and `globalThis.member`. */
  readonly members: readonly Mark[];
  /** The texts of string literals that are no import specifiers. */
  readonly strings: readonly Mark[];
  /** Constants of the module, which are written in capitals. */
  readonly constants: readonly Mark[];
  readonly anyCasts: readonly Mark[];
  readonly comments: readonly Mark[];
}

type Collected = { -readonly [K in keyof Facts]: Facts[K] extends readonly (infer T)[] ? T[] : Facts[K] };

type FunctionNode =
  | ts.FunctionDeclaration
  | ts.FunctionExpression
  | ts.ArrowFunction
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.AccessorDeclaration;

function isFunction(node: ts.Node): node is FunctionNode {
  return ts.isFunctionDeclaration(node) || ts.isFunctionExpression(node) || ts.isArrowFunction(node) ||
    ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node) || ts.isAccessor(node);
}

function functionName(node: FunctionNode): string {
  if (node.name !== undefined) return node.name.getText();
  if (ts.isConstructorDeclaration(node)) return "constructor";
  const parent = node.parent;
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent)) return parent.name.getText();
  if (ts.isCallExpression(parent)) return `function given to ${parent.expression.getText()}`;
  return "function";
}

function importOf(node: ts.Node): Omit<Import, "line"> | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    if (node.moduleSpecifier === undefined || !ts.isStringLiteral(node.moduleSpecifier)) return undefined;
    const typeOnly = ts.isImportDeclaration(node) ? node.importClause?.isTypeOnly === true : node.isTypeOnly;
    return { specifier: node.moduleSpecifier.text, kind: typeOnly ? "type" : "static" };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
    return { specifier: node.argument.literal.text, kind: "type" };
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const argument = node.arguments[0];
    if (argument !== undefined && ts.isStringLiteral(argument)) return { specifier: argument.text, kind: "dynamic" };
  }
  return undefined;
}

function isKey(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent) || ts.isQualifiedName(parent)) {
    return (ts.isPropertyAccessExpression(parent) ? parent.name : parent.right) === node;
  }
  const keyed = ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent) ||
    ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent) || ts.isEnumMember(parent);
  return keyed && parent.name === node;
}

function commentsOf(file: ts.SourceFile): { pos: number; text: string }[] {
  const seen = new Map<number, string>();
  const gather = (node: ts.Node): void => {
    const ranges = [
      ...ts.getLeadingCommentRanges(file.text, node.getFullStart()) ?? [],
      ...ts.getTrailingCommentRanges(file.text, node.getEnd()) ?? [],
    ];
    for (const { pos, end } of ranges) seen.set(pos, file.text.slice(pos, end));
    node.getChildren(file).forEach(gather);
  };
  gather(file);
  return [...seen].map(([pos, text]) => ({ pos, text }));
}

function constantsOf(file: ts.SourceFile): { name: string; pos: number }[] {
  const declared = file.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) => [
    ...declarationList.declarations,
  ]);
  return declared.flatMap(({ name }) =>
    ts.isIdentifier(name) && /^[A-Z][A-Z0-9_]+$/.test(name.text) ? [{ name: name.text, pos: name.getStart(file) }] : []
  );
}

function visitName(node: ts.Node, line: number, facts: Collected): void {
  if (ts.isIdentifier(node) && !isKey(node)) facts.names.push({ name: node.text, line });
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
    facts.members.push({ name: `${node.expression.text}.${node.name.text}`, line });
  }
  if (ts.isStringLiteralLike(node)) facts.strings.push({ name: node.text, line });
  if (ts.isAsExpression(node) && node.type.kind === ts.SyntaxKind.AnyKeyword) {
    facts.anyCasts.push({ name: "as any", line });
  }
}

/** Reads one file. */
export function factsOf({ path, text }: SourceText): Facts {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineAt = (position: number): number => file.getLineAndCharacterOfPosition(position).line + 1;
  const facts: Collected = {
    path,
    lines: text.trimEnd().split("\n").length,
    imports: [],
    functions: [],
    names: [],
    members: [],
    strings: [],
    constants: constantsOf(file).map(({ name, pos }) => ({ name, line: lineAt(pos) })),
    anyCasts: [],
    comments: commentsOf(file).map(({ pos, text: name }) => ({ name, line: lineAt(pos) })),
  };
  const visit = (node: ts.Node): void => {
    const line = lineAt(node.getStart(file));
    const found = importOf(node);
    if (found !== undefined) facts.imports.push({ ...found, line });
    if (isFunction(node)) {
      facts.functions.push({ name: functionName(node), line, lines: lineAt(node.getEnd()) - line + 1 });
    }
    visitName(node, line, facts);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return facts;
}
