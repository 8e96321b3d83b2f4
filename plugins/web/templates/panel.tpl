<p class="crumbs"><a href="/plugins">Plugins</a><a href="{{PLUGIN_PATH}}">{{ID}}</a></p>
<div class="head"><h1>{{PANEL}}</h1><p class="quiet">Shown by the plugin {{ID}}. What is in the frame runs no program, and reaches nothing of this console.</p></div>
{{#TABS}}<ul class="tabs">{{#LINKS}}<li><a href="{{PANEL_PATH}}"{{#CURRENT}} aria-current="page"{{/CURRENT}}>{{PANEL_TEXT}}</a></li>{{/LINKS}}</ul>{{/TABS}}
<iframe class="panel" src="{{FRAME}}" sandbox="" referrerpolicy="no-referrer" width="100%" height="640" title="{{PANEL}} of the plugin {{ID}}"></iframe>
