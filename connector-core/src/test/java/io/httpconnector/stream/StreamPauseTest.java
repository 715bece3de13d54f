package io.httpconnector.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.httpconnector.state.StateStore;
import io.httpconnector.stream.StreamStatus.StreamPhase;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pausing a stream is stored: no node continues it until it is resumed. */
@Timeout(90)
class StreamPauseTest extends StreamTriggerScenario {

    private List<Integer> numbers() {
        return handled.stream()
                .map(event -> event.payload().path("data").path("n").asInt())
                .toList();
    }

    private static List<Integer> upTo(int last) {
        return IntStream.rangeClosed(1, last).boxed().toList();
    }

    private static long streams(StreamTrigger... nodes) {
        return Stream.of(nodes)
                .filter(node -> node.status().phase() == StreamPhase.OPEN)
                .count();
    }

    private static boolean arePaused(StreamTrigger... nodes) {
        return Stream.of(nodes).allMatch(node -> node.status().phase() == StreamPhase.PAUSED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPauseOnAnyNodeEndsTheStreamOnAllAndSurvivesARestart(boolean isByReader) {
        AtomicInteger last = new AtomicInteger(2);
        StreamPeer peer = service(last);
        NodeStore.Shared shared = new NodeStore.Shared();
        StreamTrigger first = started(trigger(peer, new NodeStore(shared)));
        eventually(() -> first.status().events() == 2);
        StreamTrigger second = started(trigger(peer, new NodeStore(shared)));
        eventually(() -> second.status().phase() == StreamPhase.STANDBY);

        (isByReader ? first : second).pause();
        (isByReader ? second : first).pause();

        eventually(() -> arePaused(first, second));
        last.set(4);
        StreamTrigger third = started(trigger(peer, new NodeStore(shared)));
        eventually(() -> arePaused(third));
        first.close();
        second.close();
        // Longer than the lease.
        pause(90_000 / FACTOR);
        assertThat(arePaused(third)).isTrue();
        assertThat(peer.exchanges()).hasSize(1);
        assertThat(numbers()).isEqualTo(upTo(2));
        first.start();
        second.start();
        eventually(() -> arePaused(first, second, third));

        assertThat(second.resume()).isTrue();
        assertThat(second.resume()).isFalse();

        eventually(() -> handled.size() == 4);
        eventually(() -> streams(first, second, third) == 1);
        pause(20_000 / FACTOR);
        assertThat(peer.exchanges()).hasSize(2);
        assertThat(numbers()).isEqualTo(upTo(4));
    }

    @Test
    void theStateOfAFileIsPausedAndResumedByItsProcess() {
        AtomicInteger last = new AtomicInteger(1);
        StreamPeer peer = service(last);
        try (StateStore store = StateStore.file(dir)) {
            StreamTrigger trigger = closed(trigger(peer, store).build());
            trigger.pause();
            trigger.start();
            eventually(() -> arePaused(trigger));
            assertThat(trigger.deadLetters()).isEmpty();
            assertThat(peer.exchanges()).isEmpty();
            assertThat(trigger.resume()).isTrue();
            eventually(() -> handled.size() == 1);
            trigger.pause();
            eventually(() -> arePaused(trigger));
            trigger.close();
        }
        last.set(2);
        try (StateStore store = StateStore.file(dir)) {
            StreamTrigger again = started(trigger(peer, store));
            eventually(() -> arePaused(again));
            assertThat(again.resume()).isTrue();
            eventually(() -> numbers().equals(upTo(2)));
            again.close();
        }
    }

    private boolean isQuiet() {
        int before = handled.size();
        pause(20);
        return handled.size() == before;
    }

    @Test
    void aPauseDuringEventsNeitherLosesNorRepeatsOne() {
        AtomicInteger last = new AtomicInteger(2000);
        StreamPeer peer = service(last);
        NodeStore.Shared shared = new NodeStore.Shared();
        StreamTrigger first = started(trigger(peer, new NodeStore(shared)));
        StreamTrigger second = closed(trigger(peer, new NodeStore(shared)).build());
        for (int i = 1; i <= 5; i++) {
            int count = i * 100;
            eventually(() -> handled.size() >= count);
            (i % 2 == 0 ? first : second).pause();
            eventually(() -> arePaused(first));
            // An event that is being handled is finished.
            eventually(this::isQuiet);
            assertThat((i % 2 == 0 ? second : first).resume()).isTrue();
        }
        eventually(() -> handled.size() == 2000);
        assertThat(numbers()).isEqualTo(upTo(2000));
    }
}
