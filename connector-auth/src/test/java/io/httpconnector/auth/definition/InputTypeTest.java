package io.httpconnector.auth.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.httpconnector.InvalidDefinitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the types of input fields. */
class InputTypeTest {

    private static AuthDefinition definition(String field) {
        return AuthDefinition.parse(("{'name': 'Shop', 'baseUrl': 'https://shop.example.com', 'strategies': {'s': {"
                        + "'type': 'custom', 'headers': {'X': '{{auth.f}}'}, 'fields': [{'name': 'f', " + field
                        + "}]}}}")
                .replace('\'', '"'));
    }

    private static InputField field(String members) {
        return definition(members).fields("s").get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "number, -1.50, 1.5e3, it is not a number",
        "number, 0, '1,5', it is not a number",
        "integer, 42, 4.2, it is not a whole number",
        "boolean, true, yes, it is neither true nor false",
        "url, https://acme.example.com/x?y=1, acme.example.com, it is not a URL",
        "url, http://localhost:8080, ftp://acme.example.com, it is not a URL",
        "email, ann@example.com, bob, it is not an email address",
        "date, 2026-02-28, 2026-02-30, it is not a date",
    })
    void valuesAreChecked(String type, String valid, String invalid, String problem) {
        InputField field = field("'type': '" + type + "'");

        assertThat(field.type()).hasToString(type);
        assertThat(field.problem(valid)).isEmpty();
        assertThat(field.problem(invalid)).get().asString().startsWith(problem).doesNotContain(invalid);
        assertThat(definition("'type': '" + type + "'")
                        .choose("s")
                        .value("f", valid)
                        .build())
                .isNotNull();
        assertThatThrownBy(() -> definition("'type': '" + type + "'")
                        .choose("s")
                        .value("f", invalid)
                        .build())
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining("f: " + problem);
        for (String member : new String[] {"default", "example"}) {
            assertThatThrownBy(() -> field("'type': '" + type + "', '" + member + "': '" + invalid + "'"))
                    .hasMessageContaining("/fields/0/" + member + ": " + problem);
        }
        assertThatThrownBy(() -> field("'type': '" + type + "', 'choices': ['" + valid + "', '" + invalid + "']"))
                .hasMessageContaining("/fields/0/choices: \"" + invalid + "\": " + problem);
    }

    @Test
    void prefixAndSuffixArePartsOfAUrl() {
        InputField field = field("'type': 'url', 'prefix': 'https://', 'suffix': '.example.com'");

        assertThat(field.problem("acme")).isEmpty();
        assertThat(field.problem("https://acme.example.com")).isEmpty();
        assertThat(field.problem("a me")).isPresent();
    }

    @Test
    void typeIsTextByDefault() throws Exception {
        assertThat(field("'label': 'F'").type()).isEqualTo(InputType.TEXT);
        assertThat(field("'label': 'F'").problem("a\nb")).isEmpty();
        assertThat(new ObjectMapper()
                        .valueToTree(field("'type': 'date'"))
                        .path("type")
                        .asText())
                .isEqualTo("date");
        assertThatThrownBy(() -> field("'type': 'dat'"))
                .hasMessageContaining("/fields/0/type")
                .hasMessageContaining("date");
    }
}
