import { parseArgs } from 'node:util'
import { readEnv } from '../env.ts'
import { instantInWords } from '../infra/clock.ts'
import { openDeps } from '../infra/open.ts'
import { anchorText, breakInWords, readAnchor } from '../modules/audit/chain/rules.ts'
import { checkChain, keepCheck } from '../modules/audit/chain/service.ts'

const USAGE = `用法：npm run verify-audit
      npm run verify-audit -- --anchor 1234:k1.Ab3…

逐条核对操作记录的链条，停在第一处断开的地方。--anchor 是以前抄下的末端（审计页面上，或每天的运行日志里）：
链条末尾若被整段删去、末端登记也一并改回，只有它看得出来。`

/** Checks the whole chain of the audit log; exit code 1 when a link does not hold. */
async function main() {
  const { values } = parseArgs({ options: { anchor: { type: 'string' }, help: { type: 'boolean' } } })
  const anchor = values.anchor ? readAnchor(values.anchor) : null
  if (values.help || (values.anchor && !anchor)) {
    console.error(USAGE)
    return values.help ? 0 : 1
  }
  const deps = await openDeps(readEnv(process.env))
  try {
    const checked = await checkChain(anchor)
    await keepCheck(checked, deps.clock.now())
    const { lines, end, waiting, broken } = checked
    if (broken) {
      console.error(`操作记录的链条断了。${breakInWords(broken)}。在它之前的 ${lines} 条完好。`)
      return 1
    }
    const until = end.at ? `，最后一条写于${instantInWords(end.at)}` : ''
    console.log(`操作记录完好：核对了 ${lines} 条${until}。另有 ${waiting} 条刚写入，等待入链。`)
    if (end.seq > 0) console.log(`末端：${anchorText(end)}（请抄存，下次用 --anchor 核对）`)
    return 0
  } finally {
    await deps.close()
  }
}

process.exit(await main())
