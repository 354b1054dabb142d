import { chooseLocale, LOCALES, locale, words } from "../words/words";

export const Language = ({ onChosen }: { onChosen: () => void }) => (
  <label class="language">
    <span class="hidden">{words.language}</span>
    <select value={locale()} onChange={(event) => chooseLocale(event.currentTarget.value).then(onChosen)}>
      {Object.entries(LOCALES).map(([id, name]) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  </label>
);
