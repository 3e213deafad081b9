import path from 'node:path'
import { TmplGroup } from 'glass-easel-template-compiler'
import { filesIn, readText } from '../../tools/files.ts'

interface Finding {
  isError: boolean
  message: string
  startLine: number
  startColumn: number
}

export interface TemplateProblem {
  file: string
  line: number
  column: number
  message: string
  isError: boolean
}

/** All WXML and WXS of the app → one JavaScript expression, an object of template generators by path. */
export function compileTemplates(folder: string) {
  const group = new TmplGroup()
  const problems: TemplateProblem[] = []
  const files = filesIn(folder)
  const without = (extension: string) =>
    files.filter((name) => name.endsWith(extension)).map((name) => name.slice(0, -extension.length))

  for (const name of without('.wxs')) {
    const script = wxsToScript(readText(path.join(folder, `${name}.wxs`)))
    group.addScript(name, script.replace(/(\brequire\(\s*["'][^"']+)\.wxs(["']\s*\))/g, '$1$2'))
  }
  for (const name of without('.wxml')) {
    for (const it of group.addTmpl(name, readText(path.join(folder, `${name}.wxml`))) as Finding[]) {
      const { isError, message } = it
      problems.push({
        file: `${name}.wxml`,
        line: it.startLine + 1,
        column: it.startColumn + 1,
        message,
        isError,
      })
    }
    for (const module of group.getInlineScriptModuleNames(name) as string[]) {
      group.setInlineScript(name, module, wxsToScript(group.getInlineScript(name, module)))
    }
  }
  return { code: group.getTmplGenObjectGroups(), problems }
}

/** In WXS `value.constructor` is the name of the type; the runtime answers it under another name. */
const wxsToScript = (script: string) => script.replace(/\.constructor\b/g, '.__wxsType')
