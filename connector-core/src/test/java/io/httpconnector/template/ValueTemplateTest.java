package io.httpconnector.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Locations of values: pointers into the first step, and expressions over all steps. */
class ValueTemplateTest {

    private static final List<String> STEPS = List.of("response", "headers");

    private static JsonNode value(String location) {
        return ValueTemplate.ofLocation(location, STEPS)
                .evaluate(Pills.of("response", Map.of("items", List.of(Map.of("id", 7)), "a/b", true))
                        .and("headers", Map.of("location", "/jobs/7")));
    }

    @ParameterizedTest
    @CsvSource({
        "/items/0/id                     , 7",
        "/a~1b                           , true",
        "{{response.items[0].id}}        , 7",
        "{{headers.location}}            , /jobs/7",
        "https://a.example{{headers.location}}, https://a.example/jobs/7"
    })
    void findsTheValue(String location, String expected) {
        assertThat(value(location).asText()).isEqualTo(expected);
        assertThat(ValueTemplate.ofLocation(location, STEPS)).hasToString(location);
    }

    @Test
    void valueMayBeMissingOrWhole() {
        assertThat(value("/items/1").isMissingNode()).isTrue();
        assertThat(value("{{headers.link}}").isMissingNode()).isTrue();
        assertThat(value("").path("items")).hasSize(1);
        assertThat(ValueTemplate.ofLocation("/id", STEPS).evaluate(Pills.none()).isMissingNode())
                .isTrue();
    }

    @Test
    void stepsAreThoseOfTheLocation() {
        assertThat(ValueTemplate.ofLocation("/id", STEPS).steps()).containsExactly("response");
        assertThat(ValueTemplate.ofLocation("{{headers.location}}", STEPS).steps())
                .containsExactly("headers");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "id                 ; pointer",
                "{{respons.id}}     ; did you mean \"response\"?",
                "{{body.id}}        ; \"body\" is unknown here: use response or headers",
                "{{response.id      ; value"
            })
    void invalidLocationsAreReported(String location, String message) {
        assertThatThrownBy(() -> ValueTemplate.ofLocation(location, STEPS))
                .isInstanceOf(InvalidDefinitionException.class)
                .hasMessageContaining(message);
    }
}
