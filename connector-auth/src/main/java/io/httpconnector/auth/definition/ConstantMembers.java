package io.httpconnector.auth.definition;

import io.httpconnector.internal.json.JsonObjectReader;
import io.httpconnector.template.PillText;
import java.util.LinkedHashMap;
import java.util.Map;

/** The member {@code constants}: values that a service documents for all its customers, and which are thus no secrets. */
final class ConstantMembers {

    private ConstantMembers() {}

    /** Reads the values by name. */
    static Map<String, FieldText> read(Members members) {
        Map<String, FieldText> constants = new LinkedHashMap<>();
        // "constants": Values that the service documents for all its customers, and which are thus no secrets, by name:
        // with `{"password": "api_token"}` any text may contain `{{auth.password}}`.
        members.fixedTexts("constants").forEach((name, text) -> {
            String pointer = members.reader().pointer() + "/constants/" + JsonObjectReader.token(name);
            if (!text.contains("{{")) {
                constants.put(name, new FieldText(pointer, PillText.compile(text)));
            }
        });
        return constants;
    }
}
