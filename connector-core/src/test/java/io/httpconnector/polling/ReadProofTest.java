package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.state.StateStore;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The proof of a read of several pages by a second one: the position moves, so that a later query starts there. */
@Timeout(30)
class ReadProofTest extends TimedRowsFixture {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private PollingTriggerBuilder oldestFirst(Duration lookback) {
        return rows(byTime().order(RecordOrder.ASCENDING).lookback(lookback));
    }

    /** After a restart as well, the record is not part of the last read. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readWithoutARecordOfThePreviousReadProvesNothing(boolean restarts) {
        putAll(-100, -90, -80, -70);
        PollingTriggerBuilder builder = rows(byTime());
        PollingTrigger trigger = builder.build();
        assertThat(firstQueryOf(trigger)).isEqualTo("all");
        remove(2);
        assertThat(firstQueryOf(trigger)).isEqualTo("all");
        if (restarts) {
            trigger.close();
            trigger = builder.build();
        }
        assertThat(firstQueryOf(trigger)).isEqualTo("all");
        assertThat(firstQueryOf(trigger)).isEqualTo("-71");
        trigger.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void recordThatIsFoundAgainIsPartOfTheRead(boolean restarts) {
        putAll(-100, -10, -90, -80);
        PollingTriggerBuilder builder = rows(byTime().lookback(Duration.ofHours(1)));
        PollingTrigger trigger = builder.build();
        trigger.pollOnce();
        remove(2);
        trigger.pollOnce();
        put(2, -10);
        assertThat(firstQueryOf(trigger)).isEqualTo("all");
        if (restarts) {
            trigger.close();
            trigger = builder.build();
        }
        remove(2);
        assertThat(firstQueryOf(trigger)).isEqualTo("-3681");
        // Nothing is left to be proven.
        assertThat(trigger.status().warnings()).isEmpty();
        assertThat(firstQueryOf(trigger)).isEqualTo("-3681");
        trigger.close();
        assertThat(events).hasSize(4);
    }

    /** Five seconds after a read, a record that is stored during the read may become visible. */
    @ParameterizedTest
    @CsvSource({"5, all", "6, -71"})
    void changeAfterThePreviousReadMovesNothingInIt(int changed, String start) {
        putAll(-100, -90, -80, -70);
        try (PollingTrigger trigger = rows(byTime()).build()) {
            trigger.pollOnce();
            time.pass(MINUTE);
            put(2, changed);
            trigger.pollOnce();
            assertThat(firstQueryOf(trigger)).isEqualTo(start);
        }
    }

    /** The last page could be shifted by other records. */
    @ParameterizedTest
    @CsvSource({"true, all", "false, -71"})
    void readThatEndsWithARepeatedPageIsNotProvable(boolean repeats, String start) {
        repeatsLastPage = repeats;
        putAll(-100, -90, -80, -70);
        try (PollingTrigger trigger =
                rows(byTime()).pagination(Pagination.pages("page")).build()) {
            trigger.pollOnce();
            trigger.pollOnce();
            assertThat(firstQueryOf(trigger)).isEqualTo(start);
        }
    }

    @Test
    void readOfOnePageReplacesTheUnprovenOne() {
        putAll(-100, -90, -80, -70);
        try (PollingTrigger trigger = rows(byTime().lookback(MINUTE)).build()) {
            trigger.pollOnce();
            remove(3);
            remove(4);
            trigger.pollOnce();
            put(5, -60);
            put(6, -50);
            assertThat(firstQueryOf(trigger)).isEqualTo("-151");
            assertThat(firstQueryOf(trigger)).isEqualTo("-151");
            assertThat(firstQueryOf(trigger)).isEqualTo("-111");
        }
    }

    @Test
    void readThatThePageLimitEndedIsNotCompared() {
        putAll(-100, -90, -80, -70);
        PollingTriggerBuilder builder = rows(byTime());
        try (PollingTrigger trigger =
                builder.pagination(Pagination.linkHeader().maxPages(2)).build()) {
            trigger.pollOnce();
            put(5, -110);
            trigger.pollOnce();
            assertThat(trigger.status().warnings().toString()).contains("maxPages(2)");
        }
        try (PollingTrigger trigger =
                builder.pagination(Pagination.linkHeader().maxPages(9)).build()) {
            trigger.pollOnce();
            assertThat(firstQueryOf(trigger)).isEqualTo("all");
            assertThat(firstQueryOf(trigger)).isEqualTo("-71");
        }
    }

    // Queries that continue where the last one ended are one read.

    /** A record that is missing or moved in one query belongs to what a later query compares. */
    @ParameterizedTest
    @CsvSource({"nothing, -131", "removed, -141", "moved, -141"})
    void continuedQueriesAreComparedAsOneRead(String change, String start) {
        putAll(-100, -90, -80, -80, -80, -70);
        try (PollingTrigger trigger = oldestFirst(MINUTE).build()) {
            trigger.pollOnce();
            assertThat(queries).containsExactly("all 0", "-91 0", "-81 0", "-81 2");
            switch (change) {
                case "removed" -> {
                    remove(6);
                    put(7, -60);
                }
                case "moved" -> put(6, -95);
                default -> {}
            }
            assertThat(firstQueryOf(trigger)).isEqualTo("-141");
            assertThat(queries).endsWith("-81 0", "-81 2").hasSizeBetween(4, 5);
            assertThat(firstQueryOf(trigger)).isEqualTo(start);
        }
    }

    /** More records of one time than a page holds: these pages are read again, up to one page after them. */
    @Test
    void pagesOfOneTimeAreProvenBeforeTheCursorContinues() {
        putAll(-80, -80, -80, -70, -60, -50, -40, -30);
        try (PollingTrigger trigger = oldestFirst(Duration.ZERO).build()) {
            trigger.pollOnce();
            assertThat(trigger.status().warnings()).isEmpty();
        }
        assertThat(queries)
                .containsExactly(
                        "all 0", "-81 0", "-81 2", "-81 0", "-81 2", "-81 4", "-71 0", "-61 0", "-51 0", "-41 0");
        assertThat(eventKeys()).containsExactly("1", "2", "3", "4", "5", "6", "7", "8");
    }

    /** The last record of the pages to be proven. */
    @Test
    void pagesAreReadAgainWhileARecordIsMissing() {
        putAll(-80, -80, -80, -70, -60, -50, -40, -30);
        meanwhile = query -> {
            if (Collections.frequency(queries, "-81 0") == 2) {
                remove(4);
            }
        };
        try (PollingTrigger trigger = oldestFirst(Duration.ZERO).build()) {
            trigger.pollOnce();
        }
        assertThat(queries).startsWith("all 0", "-81 0", "-81 2", "-81 0", "-81 2", "-81 0", "-81 2", "-81 4", "-61 0");
    }

    @Test
    void changingPagesAreReadFiveTimesBeforeTheRestIsReadByPage() {
        for (int id = 1; id <= 20; id++) {
            put(id, id <= 3 ? -80 : -80 + 2 * id);
        }
        meanwhile = query -> {
            if (query.equals("-81 0")) {
                put(1, -80, "version " + queries.size());
            }
        };
        try (PollingTrigger trigger =
                oldestFirst(Duration.ZERO).version("/name").build()) {
            trigger.pollOnce();
        }
        assertThat(Collections.frequency(queries, "-81 0")).isEqualTo(6);
        assertThat(queries).endsWith("-81 16", "-81 18");
        assertThat(Collections.frequency(queries, "-81 18")).isEqualTo(1);
    }

    // Windows.

    private PollingTriggerBuilder windows(Duration step, int start) {
        return rows(Cursor.timestamp("/t")
                        .windows(step, ParameterLocation.query("since"), ParameterLocation.query("until")))
                .startPosition(StartPosition.from(at(start)))
                .store(StateStore.inMemory());
    }

    @Test
    void windowOfSeveralPagesIsReadTwice() {
        putAll(-90, -80, -70, -30);
        try (PollingTrigger trigger = windows(Duration.ofSeconds(50), -100).build()) {
            trigger.pollOnce();
            assertThat(queries).containsExactly("-100 0", "-100 2", "-100 0", "-100 2", "-52 0");
            assertThat(trigger.status().warnings()).isEmpty();
            assertThat(firstQueryOf(trigger)).isEqualTo("-6");
        }
    }

    /** The next window is read nevertheless. */
    @Test
    void changingWindowIsReadFiveTimesAndAgainByTheNextPoll() {
        putAll(-90, -80, -70, -30);
        meanwhile = query -> put(1, -90, "version " + queries.size());
        try (PollingTrigger trigger =
                windows(Duration.ofSeconds(50), -100).version("/name").build()) {
            trigger.pollOnce();
            assertThat(queries).hasSize(11).endsWith("-100 0", "-100 2", "-52 0");
            assertThat(trigger.status().warnings()).singleElement().asString().contains("may have moved");
            meanwhile = query -> {};
            assertThat(firstQueryOf(trigger)).isEqualTo("-100");
            assertThat(trigger.status().warnings()).isEmpty();
            assertThat(firstQueryOf(trigger)).isEqualTo("-6");
        }
    }

    @Test
    void windowsOfOneSecondFollowEachOther() {
        putAll(-10, -9, -8, -7, -6, -5);
        try (PollingTrigger trigger = windows(Duration.ofSeconds(1), -10).build()) {
            trigger.pollOnce();
        }
        assertThat(queries).containsExactly("-10 0", "-9 0", "-8 0", "-7 0", "-6 0", "-5 0");
        assertThat(eventKeys()).isEqualTo(List.of("1", "2", "3", "4", "5", "6"));
    }

    @Test
    void nothingIsRequestedBeforeTheFirstWindow() {
        try (PollingTrigger trigger = windows(MINUTE, 100).build()) {
            trigger.pollOnce();
            assertThat(queries).isEmpty();
            time.pass(Duration.ofSeconds(101));
            assertThat(firstQueryOf(trigger)).isEqualTo("100");
        }
    }
}
