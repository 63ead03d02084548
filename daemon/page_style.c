/* SPDX-License-Identifier: MIT */
#include "page_parts.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A string for each rule: the compiler takes none over 4095 bytes. */
static const char *const rules[] = {
	/* Colours: text on its ground has a contrast of 4.5 at least, in both schemes. */
	":root{color-scheme:light dark;--bg:#fff;--panel:#f6f8fa;--line:#d1d9e0;--text:#1f2328;"
	"--mute:#59636e;--good:#176f2c;--warn:#855300;--bad:#b91c26;--calm:#4b5563;"
	"--goodbg:#dafbe1;--warnbg:#fff3c4;--badbg:#ffe3e1;--calmbg:#e9edf1;--link:#0757b8}",
	"@media(prefers-color-scheme:dark){:root{--bg:#0f1318;--panel:#171c23;--line:#2d343d;"
	"--text:#e4e9ee;--mute:#98a3af;--good:#5bd077;--warn:#e3b341;--bad:#ff8a82;"
	"--calm:#a9b4c0;--goodbg:#12301b;--warnbg:#352a0c;--badbg:#411a1b;--calmbg:#232a33;"
	"--link:#79b8ff}}",
	"*{box-sizing:border-box}",
	"body{margin:0;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"
	"\"Segoe UI\",Roboto,\"Noto Sans\",\"Liberation Sans\",Arial,sans-serif;"
	"-webkit-text-size-adjust:100%}",
	"header,main,footer{max-width:1180px;margin:0 auto;padding:0 24px}",
	"header{padding-top:24px}",
	"code,pre,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,\"Liberation Mono\","
	"\"DejaVu Sans Mono\",monospace;font-size:13px}",
	"a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}",
	"a:focus-visible,summary:focus-visible{outline:2px solid var(--link);outline-offset:2px}",
	"bdi,code,dd,td,h1,h3,p{overflow-wrap:anywhere}",
	".brand{display:flex;align-items:center;gap:10px;color:var(--mute);font-weight:600}",
	"h1{margin:6px 0 2px;font-size:28px;line-height:1.25;font-weight:650}",
	"h2{margin:32px 0 10px;font-size:17px;font-weight:650}",
	"h3{margin:0;font-size:15px;font-weight:650}",
	".sub{margin:0;color:var(--mute)}",
	/* A word on a coloured ground. */
	".tag{display:inline-block;padding:1px 8px;border-radius:10px;font-size:12px;line-height:18px;"
	"font-weight:600;white-space:nowrap}",
	".good{color:var(--good);background:var(--goodbg)}.warn{color:var(--warn);"
	"background:var(--warnbg)}",
	".bad{color:var(--bad);background:var(--badbg)}.calm{color:var(--calm);"
	"background:var(--calmbg)}",
	".say{margin:18px 0 0;padding:10px 14px;border-radius:8px;font-weight:600}",
	".tiles{display:grid;grid-template-columns:repeat(7,minmax(0,1fr));gap:8px;margin:12px 0 0;padding:0;list-style:none}",
	".tiles li{padding:8px 14px;border:1px solid var(--line);border-radius:8px;"
	"background:var(--panel);color:var(--mute)}",
	".tiles b{display:block;font-size:22px;line-height:1.3;font-weight:650;color:var(--text);"
	"font-variant-numeric:tabular-nums}",
	".tiles .good,.tiles .warn,.tiles .bad{border-color:transparent}",
	".tiles .warn b,.tiles .bad b,.tiles .good b{color:inherit}",
	".tiles .good{background:var(--goodbg);color:var(--good)}.tiles .warn{background:var(--warnbg);"
	"color:var(--warn)}.tiles .bad{background:var(--badbg);color:var(--bad)}",
	".pair{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1.6fr);gap:0 32px}",
	".list{margin:0;padding:0;list-style:none;border-top:1px solid var(--line)}",
	".list li{display:flex;gap:10px;align-items:baseline;justify-content:space-between;"
	"padding:6px 0;border-bottom:1px solid var(--line)}",
	"dl{margin:0;border-top:1px solid var(--line)}",
	"dl div{display:grid;grid-template-columns:120px minmax(0,1fr);gap:12px;padding:6px 0;"
	"border-bottom:1px solid var(--line)}",
	"dt{color:var(--mute)}dd{margin:0}",
	/* Profiles that want attention. */
	".card{margin:0 0 12px;border:1px solid var(--line);border-radius:8px;overflow:hidden;"
	"background:var(--panel)}",
	".card>div{display:flex;flex-wrap:wrap;gap:4px 10px;align-items:baseline;padding:10px 14px 0}",
	".card>p{margin:2px 14px 10px;color:var(--mute)}",
	".finds{margin:0;padding:0;list-style:none}",
	".finds li{padding:10px 14px;border-top:1px solid var(--line);background:var(--bg)}",
	".finds p{margin:0}.finds .mono,.rest,.rule{color:var(--mute)}",
	".finds .rule{font-size:13px}",
	"pre{margin:8px 0 0;padding:8px 10px;overflow-x:auto;border:1px solid var(--line);"
	"border-radius:6px;background:var(--panel);line-height:1.45;tab-size:4}",
	"pre .caret{color:var(--bad);font-weight:700}",
	/* Every profile. */
	".wide{overflow-x:auto}",
	"table{width:100%;border-collapse:collapse;font-size:14px}",
	"th{padding:6px 12px 6px 0;text-align:left;color:var(--mute);font-size:12px;font-weight:600;"
	"border-bottom:2px solid var(--line);white-space:nowrap}",
	"td{padding:7px 12px 7px 0;border-top:1px solid var(--line);vertical-align:baseline}",
	"tbody tr:first-child td{border-top:0}",
	"th.num,td.num{text-align:right;padding-right:24px;font-variant-numeric:tabular-nums}",
	"td.name{overflow:hidden;font-weight:600}",
	/* One click marks the whole string. */
	".copy{user-select:all;-webkit-user-select:all;cursor:text;padding:2px 6px;border-radius:5px;"
	"background:var(--calmbg)}",
	"summary{padding:7px 14px;cursor:pointer}summary bdi{font-weight:600}",
	"details.card{margin-bottom:8px}.card>div[id]{display:block;padding:0}",
	".rest{margin:10px 0}",
	"footer{margin-top:36px;padding-top:12px;padding-bottom:32px;color:var(--mute);font-size:13px}",
	"footer nav{display:flex;flex-wrap:wrap;gap:2px 18px;margin-bottom:4px}",
	/* A phone: one column, and each profile a block of its own. */
	"@media(max-width:720px){header,main,footer{padding-left:16px;padding-right:16px}"
	"h1{font-size:23px}.pair{display:block}dl div{grid-template-columns:92px minmax(0,1fr)}"
	".tiles{grid-template-columns:repeat(4,minmax(0,1fr))}.tiles li{padding:6px 10px;"
	"font-size:13px}.tiles b{font-size:19px}"
	"table,tbody,tr,td{display:block}thead{display:none}"
	"tr{padding:10px 0;border-top:1px solid var(--line)}tbody tr:first-child{border-top:0}"
	"td{padding:2px 0;border:0}"
	"td.num{text-align:left;padding-right:0}"
	"td[data-label]::before{content:attr(data-label);display:inline-block;min-width:92px;"
	"padding-right:12px;color:var(--mute);font-weight:400}"
	"td.name{font-size:15px}}",
	"@media print{.card,tr{break-inside:avoid}}",
};

void scd_page_style(struct scd_buf *out)
{
	for (size_t i = 0; i < COUNT(rules); i++)
		scd_buf_puts(out, rules[i]);
}
