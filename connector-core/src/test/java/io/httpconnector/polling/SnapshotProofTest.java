package io.httpconnector.polling;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.polling.MockService.MockRequest;
import io.httpconnector.polling.MockService.MockResponse;
import io.httpconnector.trigger.ChangeType;
import io.httpconnector.trigger.TriggerEvent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How many times all records are read until nothing can have been missed between pages that shift. */
@Timeout(30)
class SnapshotProofTest extends RecordServiceFixture {

    private static final String MOVED = "records have moved or changed during each read";

    private final List<Integer> ids = new ArrayList<>(List.of(1, 2, 3, 4, 5));
    private boolean moves;
    private int reads;

    SnapshotProofTest() {
        service.behaviour = this::page;
    }

    /** Pages of two records. */
    private MockResponse page(MockRequest asked) {
        int page = asked.number("page", 1);
        if (page == 1) {
            reads++;
            if (moves) {
                Collections.rotate(ids, 1);
            }
        }
        return MockResponse.json(ids.stream()
                .skip((page - 1) * 2L)
                .limit(2)
                .map(id -> Map.of("id", id))
                .toList());
    }

    /** Each read may have four pages, the last of which is empty. */
    private PollingTrigger trigger(StartPosition start) {
        return trigger()
                .startPosition(start)
                .pagination(Pagination.pages("page").maxPages(4))
                .build();
    }

    @Test
    void silentStartIsReadUntilTwoReadsAreEqual() {
        try (PollingTrigger trigger = trigger(StartPosition.fromNow())) {
            trigger.pollOnce();
            assertThat(reads).isEqualTo(2);
            assertThat(trigger.status().warnings()).noneMatch(line -> line.contains(MOVED));
            trigger.pollOnce();
            assertThat(reads).isEqualTo(3);
            ids.add(6);
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::key).containsExactly("6");
    }

    @Test
    void silentStartIsReadAtMostFiveTimes() {
        moves = true;
        try (PollingTrigger trigger = trigger(StartPosition.fromNow())) {
            trigger.pollOnce();
            assertThat(reads).isEqualTo(5);
            assertThat(trigger.status().warnings()).anyMatch(line -> line.contains(MOVED));
            trigger.pollOnce();
            assertThat(reads).isEqualTo(6);
            assertThat(trigger.status().warnings()).noneMatch(line -> line.contains(MOVED));
        }
    }

    @Test
    void startWithEventsIsReadOnce() {
        moves = true;
        try (PollingTrigger trigger = trigger(StartPosition.everything())) {
            trigger.pollOnce();
            assertThat(reads).isEqualTo(1);
            assertThat(trigger.status().warnings()).noneMatch(line -> line.contains(MOVED));
        }
        assertThat(events).hasSize(5);
    }

    /** Where the last page is repeated, records could still follow it: the reads must be equal. */
    @Test
    void repeatedLastPageIsNoEnd() {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            if (page == 1 && ++reads == 2) {
                ids.add(6);
            }
            return MockResponse.json(ids.stream()
                    .skip((Math.min(page, 3) - 1) * 2L)
                    .limit(2)
                    .map(id -> Map.of("id", id))
                    .toList());
        };
        try (PollingTrigger trigger = trigger(StartPosition.fromNow())) {
            trigger.pollOnce();
        }
        assertThat(reads).isEqualTo(3);
    }

    @Test
    void totalOfALaterPageShowsThatItsListIsEmpty() {
        service.behaviour = asked -> {
            int page = asked.number("page", 1);
            if (moves && page == 2) {
                ids.removeIf(id -> id > 2);
            }
            List<Map<String, Integer>> found = ids.stream()
                    .skip((page - 1) * 2L)
                    .limit(2)
                    .map(id -> Map.of("id", id))
                    .toList();
            return MockResponse.json(
                    found.isEmpty() ? Map.of("count", ids.size()) : Map.of("count", ids.size(), "items", found));
        };
        try (PollingTrigger trigger = trigger()
                .detectDeletions()
                .records(RecordSelector.at("/items").optional())
                .pagination(Pagination.pages("page").total("/count"))
                .build()) {
            trigger.pollOnce();
            events.clear();
            moves = true;
            trigger.pollOnce();
        }
        assertThat(events).extracting(TriggerEvent::change).containsOnly(ChangeType.DELETED);
        assertThat(events).extracting(TriggerEvent::key).containsExactlyInAnyOrder("3", "4", "5");
    }

    @Test
    void listenerIsNotifiedOfEachPage() {
        List<Long> records = new ArrayList<>();
        List<Integer> pages = new ArrayList<>();
        try (PollingTrigger trigger = trigger()
                .pagination(Pagination.pages("page"))
                .listener(new PollingListener() {
                    @Override
                    public void onPage(PollProgress progress) {
                        records.add(progress.soFar().records());
                        pages.add(progress.soFar().pages());
                    }
                })
                .build()) {
            trigger.pollOnce();
        }
        assertThat(records).containsExactly(2L, 4L, 5L, 5L);
        assertThat(pages).isEqualTo(IntStream.rangeClosed(1, 4).boxed().toList());
    }
}
