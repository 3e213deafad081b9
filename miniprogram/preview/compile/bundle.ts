import { cpSync, mkdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { build, type Plugin } from 'esbuild'
import { filesIn, isFile, writeText } from '../../tools/files.ts'
import { readApp } from '../../tools/read-app.ts'
import { unitsOf } from './components.ts'
import { compileStyle } from './styles.ts'
import { compileTemplates } from './templates.ts'

const RUNTIME = path.resolve(import.meta.dirname, '..')
const IMAGES = /\.(png|jpe?g|gif|svg|webp)$/

export interface PreviewBuild {
  /** The built mini-program, `dist/miniprogram`. */
  app: string
  /** Its sources: the preview compiles config.ts again, with its own origin. */
  sources: string
  to: string
}

/** The built mini-program → a web page that runs its very pages. */
export async function bundlePreview({ app: folder, sources, to }: PreviewBuild) {
  const app = readApp(folder)
  const units = unitsOf(folder, app)
  const images = filesIn(folder).filter((name) => IMAGES.test(name))
  const { code, problems } = compileTemplates(folder)
  // A library's template may be stricter read here than in WeChat: then that component is poorer, not the whole app gone.
  const errors = problems.filter((it) => it.isError && !it.file.startsWith('miniprogram_npm/'))
  if (errors.length > 0) {
    throw new Error(errors.map((it) => `${it.file}:${it.line}:${it.column} ${it.message}`).join('\n'))
  }

  rmSync(to, { recursive: true, force: true })
  const entry = [
    `import { start } from ${JSON.stringify(path.join(RUNTIME, 'main.ts'))}`,
    `const templates = ${code}`,
    `start({ app: ${JSON.stringify(app)}, images: ${JSON.stringify(images)}, templates,`,
    `  loadApp: () => require(${JSON.stringify(path.resolve(folder, 'app.js'))}),`,
    `  units: [`,
    ...units.map((unit) => {
      const { name, config, isPage, scope } = unit
      const about = JSON.stringify({ name, config, isPage, scope })
      return `    { ...${about}, load: () => require(${JSON.stringify(path.resolve(folder, `${name}.js`))}) },`
    }),
    `  ] })`,
  ]

  const options = {
    bundle: true,
    minify: true,
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    logLevel: 'silent',
  } as const
  await build({
    ...options,
    stdin: { contents: entry.join('\n'), resolveDir: RUNTIME, loader: 'js' },
    outfile: path.join(to, 'app.js'),
    sourcemap: true,
    define: { 'process.env.NODE_ENV': '"production"', global: 'globalThis' },
    plugins: [miniprogramModules(path.resolve(folder)), ownOrigin(folder, sources)],
  })
  await build({
    ...options,
    format: 'esm',
    stdin: { contents: "export { default } from 'hls.js'", resolveDir: RUNTIME },
    outfile: path.join(to, 'streams.js'),
  })
  await build({
    ...options,
    entryPoints: [path.join(RUNTIME, 'shell/shell.ts')],
    outfile: path.join(to, 'shell.js'),
  })
  await build({
    ...options,
    entryPoints: {
      base: path.join(RUNTIME, 'styles/base.css'),
      shell: path.join(RUNTIME, 'shell/shell.css'),
    },
    outdir: to,
  })

  const styles = [compileStyle(folder, 'app.wxss')]
  for (const { name, isPage, scope } of units) {
    styles.push(
      compileStyle(folder, `${name}.wxss`, {
        ...(isPage && { page: name }),
        ...(scope && { prefix: scope }),
      }),
    )
  }
  writeText(path.join(to, 'app.css'), styles.filter(Boolean).join('\n'))
  for (const name of images) {
    mkdirSync(path.dirname(path.join(to, name)), { recursive: true })
    cpSync(path.join(folder, name), path.join(to, name))
  }
  cpSync(path.join(RUNTIME, 'index.html'), path.join(to, 'index.html'))
  return { units: units.length, bytes: statSync(path.join(to, 'app.js')).size, warnings: problems }
}

/**
 * Resolves what the mini-program requires, as WeChat does: relative files, and packages in the nearest
 * miniprogram_npm. esbuild itself would take these CommonJS files for ES modules, as our package.json says.
 */
function miniprogramModules(folder: string): Plugin {
  return {
    name: 'miniprogram-modules',
    setup(plugin) {
      plugin.onResolve({ filter: /./ }, ({ path: spec, importer }) => {
        if (spec.startsWith(folder)) return { path: spec }
        if (!importer.startsWith(folder)) return undefined
        const found = candidates(spec, importer, folder)
          .flatMap((it) => [it, `${it}.js`, `${it}/index.js`])
          .find(isFile)
        return found ? { path: found } : undefined
      })
    },
  }
}

function candidates(spec: string, importer: string, folder: string) {
  if (spec.startsWith('.')) return [path.resolve(path.dirname(importer), spec)]
  const found: string[] = []
  for (let parent = path.dirname(importer); parent.length >= folder.length; parent = path.dirname(parent)) {
    found.push(path.join(parent, 'miniprogram_npm', spec))
  }
  return found
}

/** The preview is served by the backend itself: its origin is the page's. */
function ownOrigin(folder: string, sources: string): Plugin {
  const built = path.resolve(folder, 'config.js')
  return {
    name: 'own-origin',
    setup(plugin) {
      plugin.onLoad({ filter: /[\\/]config\.js$/ }, async ({ path: file }) => {
        if (file !== built) return undefined
        const entryPoints = [path.join(sources, 'config.ts')]
        const { outputFiles } = await build({
          entryPoints,
          write: false,
          format: 'cjs',
          define: { __ORIGIN__: 'location.origin' },
        })
        return { contents: outputFiles[0]?.text ?? '', loader: 'js' }
      })
    },
  }
}
