<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{PAGE_TITLE}} · banger</title>
<link rel="stylesheet" href="{{CSS}}">
{{#STYLES}}<link rel="stylesheet" href="{{CSS}}">{{/STYLES}}
<link rel="icon" href="{{ICON}}">
<script src="{{JS}}"></script>
{{#SCRIPTS}}<script src="{{JS}}" defer></script>{{/SCRIPTS}}
{{#REFRESH}}<noscript><meta http-equiv="refresh" content="3"></noscript>{{/REFRESH}}
</head>
<body data-revision="{{REVISION}}" data-worker="{{WORKER}}" data-js-logs="{{LOGS_JS}}" data-js-picker="{{PICKER_JS}}">
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><div class="top-in">
<a class="brand" href="/"><img src="{{ICON}}" alt="" width="24" height="24">banger</a>
<button class="button quiet menu" type="button" popovertarget="nav">Menu</button>
<nav id="nav" popover aria-label="Main"><ul>
{{#NAV}}<li><a href="{{PATH}}" data-key="{{KEY}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{TEXT}}</a></li>
{{/NAV}}</ul></nav>
<div class="tools">
<button class="button quiet js-only" type="button" data-theme-toggle aria-label="Light or dark"><svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor"/></svg></button>
<details class="tray" data-tray>
<summary><span class="state" data-tray-state data-tone="{{#ANY_RUNNING}}busy{{/ANY_RUNNING}}"><span data-tray-count>{{RUNNING_COUNT}}</span><span class="wide">operations</span><span class="vh">under way</span></span></summary>
<div class="tray-list" data-tray-list><ul>
{{#RUNNING}}<li data-op="{{ID}}"><a href="{{PATH}}">{{TEXT}}</a> <small data-op-stage>{{STAGE}}</small><progress data-op-percent max="100" value="{{PERCENT}}" aria-label="{{TEXT}}"></progress></li>
{{/RUNNING}}</ul><p><a href="/ops">All operations</a></p></div>
</details>
</div>
</div></header>
<div data-banners>{{#BLOCKED}}<div class="banner" id="blocked" role="status"><p><strong>Waiting for sudo.</strong> {{REASON}}: <code>{{COMMAND}}</code> {{>_copy_command}}</p></div>{{/BLOCKED}}</div>
<div class="banner" data-lost data-tone="bad" role="alert" hidden><p><strong>Disconnected.</strong> The daemon does not answer; what is shown is as it was. Trying again.</p></div>
<main id="main" tabindex="-1" data-topics="{{TOPICS}}" data-every="{{EVERY}}">
{{>main}}
</main>
<footer><p>banger {{VERSION}}</p><p>The same in a terminal: <code>banger --help</code></p></footer>
<div class="toasts" data-toasts role="status"></div>
</body>
</html>
