import path from 'node:path'
import ts from 'typescript'
import { filesIn, isFile, readText } from '../files.ts'
import { at, type Problem } from './problem.ts'
import { tagsOf } from './wxml.ts'

const EVENT = /^(?:capture-)?(?:mut-)?(?:bind|catch):?[a-z]/

/** Every handler that a template names must be a method: WeChat itself says nothing until the button is pressed. */
export function checkHandlers(from: string): Problem[] {
  return filesIn(from)
    .filter((name) => name.endsWith('.wxml') && isFile(path.join(from, name.replace(/wxml$/, 'ts'))))
    .flatMap((name) => {
      const script = path.join(from, name.replace(/wxml$/, 'ts'))
      const methods = namesIn(script)
      return tagsOf(readText(path.join(from, name))).flatMap(({ attributes }) =>
        attributes
          .filter(
            (it) =>
              EVENT.test(it.name) && it.value !== '' && !it.value.includes('{{') && !methods.has(it.value),
          )
          .map((it) =>
            at(
              name,
              `${it.name} names "${it.value}", which ${path.basename(script)} does not have`,
              it.line,
              it.column,
            ),
          ),
      )
    })
}

/** What objects of a script, and of the scripts that it imports by path, have by name: behaviours bring methods too. */
function namesIn(script: string, seen = new Set<string>()): Set<string> {
  const names = new Set<string>()
  if (seen.has(script) || !isFile(script)) return names
  seen.add(script)
  const visit = (node: ts.Node) => {
    if (
      ts.isMethodDeclaration(node) ||
      ts.isPropertyAssignment(node) ||
      ts.isShorthandPropertyAssignment(node)
    ) {
      names.add(node.name.getText())
    }
    if (
      ts.isImportDeclaration(node) &&
      ts.isStringLiteral(node.moduleSpecifier) &&
      node.moduleSpecifier.text.startsWith('.')
    ) {
      const imported = path.resolve(path.dirname(script), `${node.moduleSpecifier.text}.ts`)
      for (const name of namesIn(imported, seen)) names.add(name)
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(script, readText(script), ts.ScriptTarget.ES2022, true))
  return names
}
