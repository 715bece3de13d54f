package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.DeadLetter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Records without a key or with an invalid time become dead letters, and do not stop the others; equal versions are no updates. */
@Timeout(60)
class InvalidRecordsTest extends RecordServiceFixture {

    private static final String GOOD = "{'id': 1, 't': '2026-01-01T00:00:00Z'}";
    private static final String OTHER = "{'id': 2, 't': '2026-01-02T00:00:00Z'}";

    private void respond(String... records) {
        String body = "[" + String.join(", ", records).replace('\'', '"') + "]";
        service.behaviour = asked -> MockResponse.of("application/json", body);
    }

    private PollingTrigger byTime() {
        return trigger().cursor(Cursor.timestamp("/t").sentAs("since")).build();
    }

    private List<String> keys() {
        return events.stream().map(event -> event.key()).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {'id': 9, 't': '0000-00-00 00:00:00'} | neither a time nor a number
        {'id': 9, 't': 'yesterday'}           | neither a time nor a number
        {'t': '2026-01-01T00:00:00Z'}         | A record has no key: at "/id"
        {'id': null}                          | A record has no key: at "/id"
        {'id': '', 't': null}                 | A record has no key: at "/id"
        {'id': {'a': 1}}                      | there is an object or a list
        'text'                                | A record has no key
        """)
    void invalidRecordIsADeadLetterAndTheOthersAreEvents(String invalid, String reason) {
        respond(GOOD, invalid, OTHER);
        try (PollingTrigger trigger = byTime()) {
            trigger.pollOnce();
            PollResult again = trigger.pollOnce();

            assertThat(keys()).containsExactly("1", "2");
            assertThat(again.deadLetters()).isZero();
            List<DeadLetter> letters = trigger.deadLetters();
            assertThat(letters).singleElement().satisfies(letter -> {
                assertThat(letter.error()).contains(reason);
                assertThat(letter.attempts()).isZero();
                assertThat(letter.event().payload().toString())
                        .isEqualTo(invalid.replace('\'', '"').replace(": ", ":").replace(", ", ","));
            });
            assertThat(trigger.status().total().deadLetters()).isEqualTo(1);
            assertThat(trigger.status().warnings())
                    .anyMatch(warning -> warning.contains("invalid records in the last poll: 1"));
        }
    }

    @Test
    void triggerGoesOnWhenOnlyAnInvalidRecordIsReturned() {
        respond(GOOD);
        try (PollingTrigger trigger = byTime()) {
            trigger.pollOnce();
            respond("{'id': 9, 't': '0000-00-00'}");
            trigger.pollOnce();
            respond("{'id': 9, 't': '2026-01-03T00:00:00Z'}", OTHER);
            trigger.pollOnce();

            assertThat(keys()).containsExactly("1", "9", "2");
            assertThat(trigger.deadLetters()).hasSize(1);
        }
    }

    /** Not a record but the definition is wrong. */
    @Test
    void firstPollWithoutAnyValidRecordFails() {
        respond("{'ident': 1}", "{'ident': 2}");
        try (PollingTrigger trigger = trigger().build()) {
            assertThatThrownBy(trigger::pollOnce)
                    .isInstanceOf(PollingException.class)
                    .hasMessageContaining("A record has no key: at \"/id\" there is nothing");
            assertThat(trigger.deadLetters()).isEmpty();
        }
    }

    @Test
    void deadLettersOfInvalidRecordsAreLimited() {
        respond(GOOD, "{'n': 1}", "{'n': 2}", OTHER);
        try (PollingTrigger trigger = trigger().maxDeadLetters(1).build()) {
            assertThatThrownBy(trigger::pollOnce).hasMessageContaining("There are 1 dead letters");
            trigger.deadLetters()
                    .forEach(letter ->
                            assertThat(trigger.discard(letter.event().id())).isTrue());
            trigger.pollOnce();
            assertThat(trigger.deadLetters()).hasSize(1);
        }
        assertThat(keys()).containsExactly("1", "2");
    }

    /** It could be any of the records: none is known to be missing. */
    @Test
    void recordWithoutKeyProvesNoDeletion() {
        respond(GOOD, OTHER);
        try (PollingTrigger trigger = trigger().detectDeletions().build()) {
            trigger.pollOnce();
            respond(GOOD, "{'id': null}");
            trigger.pollOnce();
            assertThat(keys()).containsExactly("1", "2");
            respond(GOOD);
            trigger.pollOnce();
        }
        assertThat(events.subList(2, events.size())).singleElement().satisfies(event -> {
            assertThat(event.change()).isEqualTo(ChangeType.DELETED);
            assertThat(event.key()).isEqualTo("2");
        });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        1.5                         | 1.50
        1.0                         | 1.00
        1.5e3                       | 1500.0
        '2026-01-31T12:00:00Z'      | '2026-01-31T13:00:00+01:00'
        '2026-01-31T12:00:00Z'      | '2026-01-31T12:00:00.000+0000'
        '2026-01-31 12:00:00 UTC'   | '2026-01-31T12:00:00Z'
        """)
    void equalVersionIsNoUpdate(String version, String same) {
        respond("{'id': 1, 'v': " + version + "}");
        try (PollingTrigger trigger = trigger().version("/v").build()) {
            trigger.pollOnce();
            respond("{'id': 1, 'v': " + same + "}");
            trigger.pollOnce();
        }
        assertThat(events).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"'1.50'", "1.51", "'2026-01-31T12:00:00'", "'2026-01-31T12:00:00.001Z'", "1769860800"})
    void differentVersionIsAnUpdate(String version) {
        respond("{'id': 1, 'v': " + (version.length() < 8 ? "1.5" : "'2026-01-31T12:00:00Z'") + "}");
        try (PollingTrigger trigger = trigger().version("/v").build()) {
            trigger.pollOnce();
            respond("{'id': 1, 'v': " + version + "}");
            trigger.pollOnce();
        }
        assertThat(events).hasSize(2);
    }

    @Test
    void equalNumbersInAWholeRecordAreNoUpdate() {
        respond("{'id': 1, 'price': 1.5}");
        try (PollingTrigger trigger = trigger().wholeRecordAsVersion().build()) {
            trigger.pollOnce();
            respond("{'id': 1, 'price': 1.50}");
            trigger.pollOnce();
        }
        assertThat(events).hasSize(1);
    }
}
