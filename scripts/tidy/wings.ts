/**
 * The wings of the core: each writes its own state. What the other one remembers it reads, and changes by calling the other's
 * functions.
 *
 * @module
 */

import ts from "typescript";
import type { SourceText } from "./facts.ts";

/** A place where one wing writes what another owns. */
export interface Trespass {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

const WINGS = ["membership", "election"] as const;
type Wing = typeof WINGS[number];

/** Methods by which collections change. */
const MUTATORS = new Set([
  ...["add", "set", "delete", "clear", "push", "pop", "shift", "unshift", "splice", "sort", "reverse", "fill"],
  ...["copyWithin", "take", "spread", "begin", "end", "offer", "free", "reset"],
]);

function wingOf(path: string): Wing | undefined {
  return WINGS.find((wing) => path.startsWith(`src/core/${wing}/`));
}

function programOf(files: readonly SourceText[]): ts.Program {
  const texts = new Map(files.map(({ path, text }) => [`/${path}`, text]));
  const host: ts.CompilerHost = {
    fileExists: (path) => texts.has(path),
    readFile: (path) => texts.get(path),
    getSourceFile: (path, version) => {
      const text = texts.get(path);
      return text === undefined ? undefined : ts.createSourceFile(path, text, version, true);
    },
    getDefaultLibFileName: () => "lib.d.ts",
    getCurrentDirectory: () => "/",
    getCanonicalFileName: (path) => path,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    writeFile: () => {},
  };
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    noLib: true,
    strict: true,
  };
  return ts.createProgram([...texts.keys()], options, host);
}

/** What an expression stands for: the interface's property behind it, whatever it is called here. */
function propertyOf(checker: ts.TypeChecker, expression: ts.Expression): ts.Declaration | undefined {
  if (ts.isNonNullExpression(expression) || ts.isParenthesizedExpression(expression)) {
    return propertyOf(checker, expression.expression);
  }
  if (ts.isElementAccessExpression(expression)) {
    const { argumentExpression: key, expression: object } = expression;
    const named = ts.isStringLiteralLike(key) ? checker.getTypeAtLocation(object).getProperty(key.text) : undefined;
    return named?.declarations?.[0] ?? propertyOf(checker, object);
  }
  if (ts.isPropertyAccessExpression(expression)) {
    return checker.getSymbolAtLocation(expression.name)?.declarations?.[0];
  }
  if (!ts.isIdentifier(expression)) return undefined;
  const declaration = checker.getSymbolAtLocation(expression)?.declarations?.[0];
  if (declaration === undefined) return undefined;
  if (ts.isBindingElement(declaration) && ts.isObjectBindingPattern(declaration.parent)) {
    const name = declaration.propertyName ?? declaration.name;
    if (!ts.isIdentifier(name)) return undefined;
    return checker.getTypeAtLocation(declaration.parent).getProperty(name.text)?.declarations?.[0];
  }
  if (ts.isVariableDeclaration(declaration) && declaration.initializer !== undefined) {
    return propertyOf(checker, declaration.initializer);
  }
  return undefined;
}

/** The expression that is written by a node, if it writes one. */
function writtenBy(node: ts.Node): ts.Expression | undefined {
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const assigns = kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
    return assigns && !ts.isIdentifier(node.left) ? node.left : undefined;
  }
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    const { operator, operand } = node;
    const counts = operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
    return counts && !ts.isIdentifier(operand) ? operand : undefined;
  }
  if (ts.isDeleteExpression(node)) return node.expression;
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    return MUTATORS.has(node.expression.name.text) ? node.expression.expression : undefined;
  }
  return undefined;
}

/** Every place in the core that writes the state of a wing from outside of it. */
export function trespasses(files: readonly SourceText[]): Trespass[] {
  const core = files.filter(({ path }) => path.startsWith("src/core/") || path === "src/limits.ts");
  const program = programOf(core);
  const checker = program.getTypeChecker();
  const found: Trespass[] = [];
  for (const { path } of core) {
    const file = program.getSourceFile(`/${path}`);
    if (file === undefined) continue;
    const visit = (node: ts.Node): void => {
      const written = writtenBy(node);
      const declaration = written && propertyOf(checker, written);
      const owner = declaration && wingOf(declaration.getSourceFile().fileName.slice(1));
      if (written !== undefined && owner !== undefined && owner !== wingOf(path)) {
        const line = file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
        found.push({ path, line, message: `writes ${written.getText(file)}, which only src/core/${owner} may write` });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return found;
}
