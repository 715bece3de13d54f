package io.httpconnector.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.httpconnector.InvalidDefinitionException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One mistake of an author neither hides others nor causes reports about what is right. */
class DocumentDiagnosticsTest {

    private static final String START = """
            connector: 1
            id: shop
            version: 1.0.0
            title: Shop
            connection: {baseUrl: "https://shop.example"}
            """;

    private static final String TRIGGERS = START + """
            requests:
              list-shops: {method: GET, url: /shops, records: {path: /shops}}
              list-orders: {method: GET, url: "/orders?since={{cursor}}&shop={{shop.id}}", records: {path: /orders}}
            triggers:
              orders:
                request: %s
                cursor: {timestamp: /updated, lookback: 5}
                key: [/id, /id]
                version: [/updated]
                parents: {as: shop, request: %s, key: /id}
                schedule: {every: nonsense}
                handlr: save
            """;

    private static List<String> problems(String document) {
        InvalidDefinitionException invalid =
                catchThrowableOfType(InvalidDefinitionException.class, () -> ConnectorDefinition.parse(document));
        return invalid == null
                ? List.of()
                : invalid.problems().stream()
                        .map(text -> text.replaceFirst(" \\(line \\d+, column \\d+\\)", ""))
                        .toList();
    }

    @Test
    void anUnknownRequestOfATriggerHidesNoOtherProblem() {
        List<String> others = problems(TRIGGERS.formatted("list-orders", "list-shops"));

        assertThat(others).hasSizeGreaterThanOrEqualTo(4);
        assertThat(problems(TRIGGERS.formatted("list-oders", "list-shops")))
                .containsAll(others)
                .hasSize(others.size() + 1)
                .anyMatch(text -> text.endsWith(
                        "/triggers/orders/request: there is no request \"list-oders\": did you mean \"list-orders\"?"));
        assertThat(problems(TRIGGERS.formatted("x", "list-hops")))
                .containsAll(others)
                .hasSize(others.size() + 2)
                .anyMatch(text -> text.endsWith("there is no request \"x\": use one of [list-shops, list-orders]"))
                .anyMatch(text -> text.endsWith("did you mean \"list-shops\"?"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key: [/id], version: [/v]",
                "key: [/id], version: [/v], cursor: {timestamp: /v}",
                "key: [/id], version: [/v], cursor: {timestamp: /v, windows: {from: 2026-01-01T00:00:00Z, step: PT1H, to: now}}",
                "key: [/id], version: [/v], cursor: {timestamp: /v, until: PT1M, windows: {step: PT24H}}, startPosition: {from: 2026-01-01T00:00:00Z}",
                "key: [/id], version: [/v], pills: {team: {value: 5}}",
                "key: [/id], version: [/v], records: {path: /orders}, pagination: {offset: {parameter: start}}",
                "key: [/id], version: [/v], parents: {as: shop, values: [a, b]}",
                "stream: {events: [order]}",
                "operation: {statusUrl: {header: Location}, done: {status: 200}, failed: {status: 500}, records: {path: /x}}, key: [/id], version: [/v]"
            })
    void anUnknownRequestOfATriggerCausesNoOtherProblem(String members) {
        String document = START
                + "requests: {list: {method: GET, url: /a}}\ntriggers: {t: {request: lits, schedule: {every: PT5M}, "
                + members + "}}\n";
        List<String> others = problems(document.replace("lits", "list"));
        boolean isValid = others.isEmpty();

        assertThat(problems(document))
                .anyMatch(text -> text.endsWith("there is no request \"lits\": did you mean \"list\"?"))
                .as("with the request: %s", others)
                .hasSizeLessThanOrEqualTo(isValid ? 1 : others.size() + 1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "$fi | did you mean \"$if\"?",
                "$iff | did you mean \"$if\"?",
                "$If | did you mean \"$if\"?",
                "$els | did you mean \"$else\"?",
                "$xy |",
                "$abc |",
            })
    void aMisspeltKeywordIsSuggestedByItsDistance(String keyword, String suggestion) {
        String present = keyword.startsWith("$e") ? "\"$if\": \"{{a.b}}\"" : "\"$then\": 1";
        List<String> found = problems(START
                + "requests: {r: {method: POST, url: /a, body: {json: {x: {%s, \"%s\": \"{{a.b}}\"}}}}}\n"
                        .formatted(present, keyword));

        assertThat(found).hasSize(1).allSatisfy(text -> assertThat(text).doesNotContain("$each", "$as"));
        if (suggestion != null) {
            assertThat(found.get(0))
                    .contains("\"" + keyword + "\" is unknown beside")
                    .endsWith(suggestion);
        } else {
            assertThat(found.get(0)).doesNotContain("did you mean");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"connection", "conection", "connect", "connectors"})
    void onlyAMissingVersionIsReported(String member) {
        String document = "id: shop\nversion: 1.0.0\n" + member + ": {baseUrl: 'https://shop.example'}\n";

        assertThat(problems(document))
                .singleElement()
                .satisfies(text -> assertThat(text)
                        .endsWith("/connector: missing: add the version of the format as the first line: connector: 1"
                                + " (in JSON: \"connector\": 1,)"));
    }

    @Test
    void aMisspeltVersionIsStillReported() {
        assertThat(problems("conector: 1\nid: shop\nversion: 1.0.0\nconnection: {}\n"))
                .hasSize(2)
                .anyMatch(text -> text.endsWith("/conector: unknown member; did you mean \"connector\"?"));
    }
}
