// Single keys, unless they are switched off in the settings or something is being typed.

const isTyping = ({ target }) => target.isContentEditable
    || target.matches?.("select, textarea, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");

const rows = () => all("tbody tr, .cards > [data-vm], .steps > [data-op]", main)
    .map((row) => one("th a[href], h3 a[href], a[href]", row)).filter(Boolean);

const moveRow = (by) => {
    const links = rows();
    const now = links.findIndex((link) => link.closest("tr, li").contains(document.activeElement));
    links[now < 0 ? (by > 0 ? 0 : links.length - 1) : now + by]?.focus();
};

const help = () => {
    const keys = [["/", "search"], ["j k", "next and previous row"], ["Enter", "open it"], ["x", "select it"], ["?", "this list"],
                  ...all("[data-key]").map((link) => ["g " + link.dataset.key, link.textContent])];
    openDialog([
        make("h2", {}, "Keys"),
        make("dl", { className: "facts" }, ...keys.flatMap(([key, text]) => [
            make("dt", {}, ...key.split(" ").flatMap((each) => [make("kbd", {}, each), " "])), make("dd", {}, text)])),
        make("p", { className: "quiet" }, make("a", { href: "/settings" }, "They can be switched off in the settings.")),
        make("div", { className: "actions" }, closer()),
    ]);
};

const startKeys = () => {
    let went = 0; // when "g" was pressed
    document.addEventListener("keydown", (event) => {
        const { key } = event;
        if (kept.shortcuts === false || event.ctrlKey || event.metaKey || event.altKey || isTyping(event) || one("dialog[open]")) {
            return;
        }
        const isSecond = event.timeStamp - went < 1500;
        went = 0;
        const link = isSecond && one(`[data-key="${CSS.escape(key)}"]`);
        if (link) {
            location.assign(link.href);
        } else if (key === "g") {
            went = event.timeStamp;
        } else if (key === "/") {
            one("[data-search], [data-narrows]", main)?.focus();
        } else if (key === "j" || key === "k") {
            moveRow(key === "j" ? 1 : -1);
        } else if (key === "x") {
            one("input[type=checkbox]", document.activeElement?.closest("tr") ?? make("p"))?.click();
        } else if (key === "?") {
            help();
        } else {
            return;
        }
        event.preventDefault();
    });
};
