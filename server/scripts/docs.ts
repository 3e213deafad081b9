import { writeFile } from 'node:fs/promises'
import { ENDPOINTS } from '#contract/catalogue'
import * as prettier from 'prettier'

const WHO = { public: '任何人', signedIn: '已登录', guardian: '家长', staff: '教职工' } as const

/** Writes docs/api.md from the contract, so that the page never says what is not served. */
const rooms = Map.groupBy(ENDPOINTS, (it) => it.room)
const sections = [...rooms].map(([room, endpoints]) => {
  const rows = endpoints.map(
    ({ name, endpoint: { method, path, summary, access } }) =>
      `| \`${name}\` | \`${method} /api${path}\` | ${summary} | ${WHO[access]} |`,
  )
  return `## ${room}\n\n| name | address | what it does | who |\n| --- | --- | --- | --- |\n${rows.join('\n')}`
})
const page = `# API

Made from \`server/contract/\` by \`npm run docs\`. The same with shapes of input and reply: \`GET /api/openapi.json\`.
Refusals answer \`{ "error": { "code", "message" } }\`; the message is one Chinese sentence for people, the code is for programs.

${sections.join('\n\n')}
`
const options = await prettier.resolveConfig('docs/api.md')
await writeFile('docs/api.md', await prettier.format(page, { ...options, parser: 'markdown' }))
console.log(`docs/api.md: ${ENDPOINTS.length} endpoints`)
