import { emptyPhone } from './frame.ts'

interface Person {
  as: string
  label: string
  hint: string
}

/** Whose phone is it? One link per person of the demo city. */
export async function showChooser(isWide: boolean) {
  const main = document.createElement('main')
  main.className = 'chooser'
  main.innerHTML = `<section><h1>打开谁的手机？</h1><p class="lead">选一位家长或老师，看看这个人手机上的小程序。</p>
    <ul class="people"></ul></section>`
  document.body.append(main)
  if (isWide) main.append(emptyPhone())
  const list = main.querySelector('.people') as HTMLElement
  try {
    const answer = await fetch('/demo/people')
    if (!answer.ok) throw new Error(String(answer.status))
    const { people } = (await answer.json()) as { people: Person[] }
    list.append(...people.map(personLink))
  } catch {
    list.replaceWith(
      Object.assign(document.createElement('p'), {
        className: 'lead',
        textContent: '演示名单没有取到，请确认后台已经启动，再刷新本页。',
      }),
    )
  }
}

function personLink({ as, label, hint }: Person) {
  const link = document.createElement('a')
  link.href = `?as=${encodeURIComponent(as)}${location.hash}`
  const [face, name, note] = ['i', 'b', 'span'].map((tag) => document.createElement(tag)) as [
    HTMLElement,
    HTMLElement,
    HTMLElement,
  ]
  face.textContent = (label || as).slice(0, 1)
  name.textContent = label || as
  note.textContent = hint
  link.append(face, name, note)
  const item = document.createElement('li')
  item.append(link)
  return item
}
