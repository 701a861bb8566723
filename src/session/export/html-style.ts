/** Of a report: a light page, also on a phone and on paper. */
export const REPORT_STYLE = `:root { color-scheme: light; }
body { margin: 0; background: #fff; color: #1b1f24; font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .6rem; border-bottom: 1px solid #c9d1d9; }
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; font-family: ui-monospace, monospace; }
ul { margin: .3rem 0; padding-left: 1.2rem; }
dl { margin: .3rem 0; }
dl div { display: flex; flex-wrap: wrap; gap: 0 .8rem; padding: .15rem 0; }
dt { flex: 0 0 13rem; color: #57606a; }
dd { flex: 1 1 15rem; margin: 0; }
pre { background: #f6f8fa; padding: .8rem; font-size: .85rem; white-space: pre-wrap; }
figure { margin: 0; }
svg { display: block; width: 100%; height: auto; max-width: 40rem; font: 13px system-ui, sans-serif; }
.grid { stroke: #d8dee4; }
.scale { fill: #57606a; }
.score { font-weight: 600; }
polyline { fill: none; stroke: #0b5cad; stroke-width: 2.5; }
circle { fill: #0b5cad; }
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h1, h2, h3, h2 + p { break-after: avoid; }
  figure, dl div, li { break-inside: avoid; }
  section section { break-inside: avoid-page; }
  pre { border: 1px solid #c9d1d9; }
}
`
