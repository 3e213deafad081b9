import { inKiB } from '../tools/sizes.ts'
import { bundlePreview } from './compile/bundle.ts'

const [app = 'dist/miniprogram', to = 'dist/preview', sources = 'miniprogram'] = process.argv.slice(2)

try {
  const { units, bytes, warnings } = await bundlePreview({ app, to, sources })
  for (const it of warnings.filter(
    (warning) => warning.isError || !warning.file.startsWith('miniprogram_npm/'),
  )) {
    process.stderr.write(`${it.file}:${it.line}:${it.column} ${it.message}\n`)
  }
  process.stdout.write(`${to}: ${units} pages and components, app.js ${inKiB(bytes)}\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
