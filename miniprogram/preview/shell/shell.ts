import { showChooser } from './chooser.ts'
import { showFrame } from './frame.ts'

/** Desktop screens show the phone in a frame; on a phone the app is the screen. */
const WIDE = 900

const as = new URLSearchParams(location.search).get('as')
const isWide = innerWidth >= WIDE && parent === window

if (as && !isWide) {
  addStyles('base.css', 'app.css')
  const script = document.createElement('script')
  script.src = 'app.js'
  document.head.append(script)
} else {
  addStyles('shell.css')
  addEventListener('DOMContentLoaded', () => (as ? showFrame(as) : void showChooser(isWide)))
}

function addStyles(...names: string[]) {
  for (const href of names)
    document.head.append(Object.assign(document.createElement('link'), { rel: 'stylesheet', href }))
}
