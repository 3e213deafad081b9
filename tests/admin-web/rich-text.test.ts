import { expect, it } from 'vitest'
import type { Block } from '#contract/courses'
import { blocksOf, docOf, type Node } from '../../admin-web/src/pages/lessons/rich-text.ts'
import { isWritten, newQuestion, savable, type Content } from '../../admin-web/src/pages/lessons/draft.ts'

const run = (text: string, over: object = {}) => ({ text, isBold: false, ...over })
const address = `/media/a/${'a'.repeat(32)}/picture.jpg`
const BLOCKS: Block[] = [
  { kind: 'heading', lines: [[run('这样说')]] },
  {
    kind: 'paragraph',
    lines: [[run('先'), run('接住', { isBold: true }), run('他', { link: 'https://www.moe.gov.cn/' })]],
  },
  { kind: 'list', lines: [[run('先接住')], [run('再问事')]] },
  { kind: 'quote', lines: [[run('妈妈一惊。')]] },
  { kind: 'picture', lines: [[run('一起做饭')]], picture: { address, width: 800, height: 600 } },
]

it('goes into the editor and comes out of it the same', () => {
  expect(blocksOf(docOf(BLOCKS) as Node)).toEqual(BLOCKS)
  expect(blocksOf(docOf([]) as Node)).toEqual([])
})

const node = (type: string, ...content: Node[]): Node => ({ type, content })
const text = (words: string, ...marks: Node['marks'] & object): Node => ({ type: 'text', text: words, marks })

it('makes plain text, or nothing, of what a lesson does not know', () => {
  const doc = node(
    'doc',
    node(
      'paragraph',
      text('<b>粗</b>', { type: 'strike' }),
      node('hardBreak'),
      text('点我', { type: 'link', attrs: { href: 'javascript:alert(1)' } }),
    ),
    node('paragraph', text('   ')),
    { type: 'image', attrs: { src: 'https://evil.com/a.jpg' } },
    node(
      'bulletList',
      node(
        'listItem',
        node('paragraph', text('一')),
        node('bulletList', node('listItem', node('paragraph', text('一之一')))),
      ),
    ),
    node('blockquote', node('paragraph', text('甲')), node('paragraph', text('乙'))),
  )
  expect(blocksOf(doc)).toEqual([
    { kind: 'paragraph', lines: [[run('<b>粗</b>'), run(' '), run('点我')]] },
    { kind: 'list', lines: [[run('一')], [run('一之一')]] },
    { kind: 'quote', lines: [[run('甲')]] },
    { kind: 'quote', lines: [[run('乙')]] },
  ])
})

it('keeps half a question back until it is whole', () => {
  const whole = { ...newQuestion(), stem: '先说哪一句？', options: ['甲', '乙'], correct: [0] }
  const content = {
    quiz: [newQuestion(), whole],
    stops: [],
    sources: [' ', '家庭教育促进法'],
  } as unknown as Content
  expect([isWritten(newQuestion()), isWritten(whole)]).toEqual([false, true])
  expect(savable(content)).toMatchObject({ quiz: [whole], sources: ['家庭教育促进法'] })
})
