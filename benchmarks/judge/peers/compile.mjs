// Compile both, in a copy of this folder where npm has installed package.json: mjml.html, mjml.txt, react-email.html and
// react-email.txt. MJML makes no text part; html-to-text makes it, as react-email's own renderer does inside.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { render, toPlainText } from '@react-email/render';
import { convert } from 'html-to-text';
import mjml from 'mjml';
import * as React from 'react';

const { html, errors } = await mjml(readFileSync('release.mjml', 'utf8'), { validationLevel: 'strict' });
if (errors.length) throw new Error(errors.map(error => error.formattedMessage).join('\n'));
writeFileSync('mjml.html', html);
writeFileSync('mjml.txt', convert(html, {
  wordwrap: false,
  selectors: [
    { selector: 'body > div:first-child', format: 'skip' }, // the preview text, which is hidden in the page
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true, noAnchorUrl: true, linkBrackets: ['(', ')'] } },
    { selector: 'p[style*="border-top"]', format: 'horizontalLine' }, // mj-divider
  ],
}));

await build({ entryPoints: ['release.jsx'], outfile: 'release.mjs', bundle: true, format: 'esm', packages: 'external',
  logLevel: 'warning' });
const { default: Release } = await import('./release.mjs');
const page = await render(React.createElement(Release));
writeFileSync('react-email.html', page);
writeFileSync('react-email.txt', toPlainText(page));
