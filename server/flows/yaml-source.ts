import { isAlias, isCollection, isNode, LineCounter, parseDocument, type Document, type Node } from 'yaml';

/** A YAML file read so that every problem can be told with its line (FL1). */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** The line of a place in the data, or of the nearest thing around it that is there. */
  lineOf(path: readonly (string | number | symbol)[]): number;
  readonly errors: readonly { line: number; message: string }[];
}

/**
 * @param file name to report
 * @param text contents; anchors and aliases are followed, duplicate keys and second documents are errors
 */
export function readYaml(file: string, text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  return {
    file,
    value: document.errors.length === 0 ? document.toJS({ maxAliasCount: 100 }) as unknown : undefined,
    errors: document.errors.map((error) => ({ line: lineAt(error.pos[0]), message: error.message })),
    lineOf: (path) => lineAt(nearest(document, path)?.range?.[0] ?? 0),
  };
}

function nearest(document: Document, path: readonly (string | number | symbol)[]): Node | null {
  let node: Node | null = isNode(document.contents) ? document.contents : null;
  for (const key of path) {
    const here: Node | undefined = isAlias(node) ? node.resolve(document) : node ?? undefined;
    if (!isCollection(here)) return node;
    const next: unknown = here.get(typeof key === 'symbol' ? String(key) : key, true);
    if (!isNode(next)) return node;
    node = next;
  }
  return node;
}
