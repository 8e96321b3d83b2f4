// Nothing is wider than its page: at 320 px (1280 px at 400 %), with text of twice its size, with names as long as they may
// be. What has to scroll sideways does so by itself.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { launch, open, sizes, together } from './lib/browser.mjs';
import { Console } from './lib/console.mjs';
import { fullPages } from './lib/pages.mjs';
import { full, makeImage, makeOperation, makeVm, port } from './lib/world.mjs';

let browser, console_;
const long = 'a'.repeat(30) + '-' + 'b'.repeat(32);
const longPages = ['/', '/vms', `/vms/${long}`, `/vms/${long}/host`, `/vms/${long}/set`, `/vms/${long}/confirm/delete`, '/images', `/images/${long}`, '/ports', `/logs?vm=${long}`, '/ops', '/ops/op-long'];

before(async () => {
    const world = full();
    const vm = makeVm(long, 'running', { image: long, operation: 'op-long', fqdn: `${long}.vm`, warnings: ['w'.repeat(200)] });
    vm.options.nat.publish = ['127.0.0.1:65535:65535', '[fd00::1]:65534:65534/udp'];
    vm.guest.ports.ports.push(port(8001, 'p'.repeat(60), 't'.repeat(200)));
    world.vms.push(vm);
    world.images.push(makeImage(long, { used_by: world.vms.map(each => each.name), note: 'n'.repeat(300) }));
    world.operations.push(makeOperation('op-long', 'start', long, 'failed', { error: { kind: 'internal', message: 'm'.repeat(400), hint: '', console: ['c'.repeat(400)] }, log: [{ at: new Date().toISOString(), level: 'info', text: 'l'.repeat(400) }] }));
    world.files[`${long}.log`] = 'x'.repeat(1000) + '\n';
    [browser, console_] = await together(launch(), Console.start(world));
});
after(async () => {
    await browser?.close();
    await console_?.stop();
});

/// What reaches out of the page, but for what is inside of something that scrolls by itself.
const wide = page => page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = each => each && (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(each).overflowX) || scrolls(each.parentElement));
    const out = [...document.body.querySelectorAll('*')].filter(each => each.getBoundingClientRect().right > width + 0.5 && !scrolls(each.parentElement));
    return [`${document.documentElement.scrollWidth} px of ${width}`, ...out.slice(0, 5).map(each => `${each.tagName} ${each.className} ${each.textContent.trim().slice(0, 30)}`)];
});

/// Text of which a line has room for a letter or two.
const squeezed = page => page.evaluate(() => {
    const words = each => [...each.childNodes].filter(node => node.nodeType === Node.TEXT_NODE).map(node => node.data.trim()).join('');
    const seen = each => each.checkVisibility() && !each.closest('.vh, svg, option, noscript');
    return [...document.body.querySelectorAll('*')].filter(each => words(each).length >= 6 && seen(each) && each.getBoundingClientRect().width < 30 && each.getBoundingClientRect().height > 60)
        .map(each => `${each.tagName} ${each.className} ${words(each).slice(0, 30)}`);
});

for (const [name, pages] of [['names of everyday', fullPages.map(([path]) => path)], ['the longest names', longPages]]) {
    test(name, async t => {
        const watched = await open(browser, console_);
        const protocol = await watched.context.newCDPSession(watched.page);
        for (const path of pages) {
            await t.test(path, async () => {
                await watched.go(path);
                for (const viewport of [sizes.narrow, { width: 768, height: 800 }, sizes.wide]) {
                    await watched.page.setViewportSize(viewport);
                    assert.deepEqual(await wide(watched.page), [], `at ${viewport.width} px`);
                    assert.deepEqual(await squeezed(watched.page), [], `squeezed at ${viewport.width} px`);
                }
                await protocol.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
                assert.deepEqual(await wide(watched.page), [], 'with text of twice its size');
                await protocol.send('Page.setFontSizes', { fontSizes: { standard: 16, fixed: 13 } });
            });
        }
        await watched.close();
    });
}

test('what a wide page has is in a narrow one, too', async t => {
    const watched = await open(browser, console_);
    const headings = () => watched.page.$$eval('main :is(h1, h2, h3, dt, th[scope=row])', all => all.filter(each => each.checkVisibility()).map(each => each.textContent));
    for (const [path] of fullPages) {
        await t.test(path, async () => {
            await watched.page.setViewportSize(sizes.wide);
            await watched.go(path);
            const wide_ = await headings();
            await watched.page.setViewportSize(sizes.narrow);
            assert.deepEqual(await headings(), wide_);
        });
    }
    await watched.close();
});

test('a row does not move while its VM is being deleted', async () => {
    const watched = await open(browser, console_);
    await watched.go('/vms');
    const rows = () => watched.page.$$eval('tr[data-vm]', all => all.map(each => each.dataset.vm));
    const before_ = await rows();
    const vm = console_.daemon.world.vms.find(each => each.name === 'stopped');
    Object.assign(vm, { state: 'deleting' });
    await console_.changed();
    await watched.go('/vms');
    assert.deepEqual(await rows(), before_);
    Object.assign(vm, { state: 'stopped' });
    await console_.changed();
    await watched.close();
});

test('buttons of rows are told apart by their names', async () => {
    const watched = await open(browser, console_);
    for (const path of ['/vms', '/', '/ports', '/ops', '/images']) {
        await watched.go(path);
        const names = await watched.page.$$eval('main button:not([aria-hidden]), main a.button', all => all.map(each => (each.getAttribute('aria-label') ?? each.textContent).trim().replaceAll(/\s+/g, ' ')));
        assert.deepEqual(names.filter((name, i) => names.indexOf(name) !== i), [], `named twice on ${path}`);
    }
    await watched.close();
});

test('nothing moves for who wants it so', async () => {
    const watched = await open(browser, console_, { reducedMotion: 'reduce' });
    for (const path of ['/vms', '/ops/op-run', '/ops/op-build']) {
        await watched.go(path);
        assert.equal(await watched.page.evaluate(() => document.getAnimations().length), 0, path);
        assert.equal(await watched.page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), 'auto');
    }
    await watched.close();
});

test('with forced colours the states differ still', async () => {
    const watched = await open(browser, console_, { forcedColors: 'active' });
    await watched.go('/vms');
    const shapes = await watched.page.$$eval('.state[data-tone]', all => all.map(each => {
        const shape = getComputedStyle(each, '::before');
        return [each.dataset.tone, `${shape.borderWidth} ${shape.borderRadius} ${shape.transform === 'none'} ${shape.width}`];
    }));
    const of = tone => new Set(shapes.filter(([each]) => each === tone).map(([, shape]) => shape));
    assert.notDeepEqual(of('good'), of('bad'));
    assert.notDeepEqual(of('good'), of('warn'));
    assert.equal(await watched.page.evaluate(() => getComputedStyle(document.querySelector('.button')).borderTopStyle), 'solid');
    await watched.close();
});
