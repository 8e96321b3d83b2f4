<div class="field">
{{#AS_CHECK}}<label for="{{FIELD}}"><input type="checkbox" id="{{FIELD}}" name="{{FIELD}}" value="true"{{#TICKED}} checked{{/TICKED}}{{#LOCKED}} disabled{{/LOCKED}}{{#DESCRIBED}} aria-describedby="{{DESCRIBED_BY}}"{{/DESCRIBED}}> {{LABEL}}</label>{{/AS_CHECK}}
{{#AS_LINE}}<label for="{{FIELD}}">{{LABEL}}</label>
<input type="text" id="{{FIELD}}" name="{{FIELD}}" value="{{CONTENT:p}}" inputmode="{{MODE}}" autocomplete="off" autocapitalize="off" spellcheck="false"{{#REQUIRED}} aria-required="true"{{/REQUIRED}}{{#LOCKED}} disabled{{/LOCKED}}{{#FAULT}} aria-invalid="true"{{/FAULT}}{{#DESCRIBED}} aria-describedby="{{DESCRIBED_BY}}"{{/DESCRIBED}}>
{{#BROWSE}}<button class="button small" type="submit" name="browse" value="{{FIELD}}" aria-label="Browse for {{LABEL}}" data-picker="{{FIELD}}">Browse</button>{{/BROWSE}}{{/AS_LINE}}
{{#AS_LINES}}<label for="{{FIELD}}">{{LABEL}}, one in each line</label>
<textarea id="{{FIELD}}" name="{{FIELD}}" rows="3" autocomplete="off" autocapitalize="off" spellcheck="false"{{#LOCKED}} disabled{{/LOCKED}}{{#FAULT}} aria-invalid="true"{{/FAULT}}{{#DESCRIBED}} aria-describedby="{{DESCRIBED_BY}}"{{/DESCRIBED}}>
{{CONTENT:p}}</textarea>{{/AS_LINES}}
{{#AS_CHOICE}}<label for="{{FIELD}}">{{LABEL}}</label>
<select id="{{FIELD}}" name="{{FIELD}}"{{#LOCKED}} disabled{{/LOCKED}}{{#FAULT}} aria-invalid="true"{{/FAULT}}{{#DESCRIBED}} aria-describedby="{{DESCRIBED_BY}}"{{/DESCRIBED}}>
{{#CHOICES}}<option value="{{CHOICE}}"{{#CHOSEN}} selected{{/CHOSEN}}>{{CHOICE_TEXT}}</option>
{{/CHOICES}}</select>{{/AS_CHOICE}}
{{#MARK}}<span class="badge">{{MARK_TEXT}}</span>{{/MARK}}
{{#FAULT}}<span class="error" id="{{FIELD}}-error">{{FAULT_TEXT}}</span>{{/FAULT}}
{{#HINT}}<span class="hint" id="{{FIELD}}-hint">{{HINT_TEXT}}</span>{{/HINT}}
{{#KEPT}}<input type="hidden" name="{{KEPT_NAME}}" value="{{KEPT_CONTENT:p}}">{{/KEPT}}
</div>
