package io.httpconnector.examples;

import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.stream.EventStream;
import io.httpconnector.stream.ServerSentEvent;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * An example of a chat response that is streamed by POST, as language models do: printed word by word to its end, and cancelled halfway,
 * which closes the socket, so that the service stops as well.
 */
public final class ChatStream {

    private static final int ENOUGH = 12;

    private final PrintStream out;

    ChatStream(PrintStream out) {
        this.out = out;
    }

    /**
     * Runs the example. Exits with 0 only if the whole response was received once, and the cancelled one has ended at the service.
     *
     * @param args none
     * @throws InterruptedException if the thread is interrupted
     */
    public static void main(String[] args) throws InterruptedException {
        System.exit(new ChatStream(System.out).run() ? 0 : 1);
    }

    boolean run() throws InterruptedException {
        try (ChatStandIn model = new ChatStandIn();
                HttpConnection connection =
                        HttpConnection.named("Model").baseUrl(model.baseUrl()).build()) {
            EventStream chat = EventStream.of(Request.post("/v1/chat/completions")
                    .json(Map.of(
                            "stream",
                            true,
                            "messages",
                            List.of(Map.of("role", "user", "content", "What is a stream?")))));

            say("The whole response:");
            AtomicInteger words = new AtomicInteger();
            try (Stream<ServerSentEvent> events = chat.events(connection)) {
                events.takeWhile(event -> !event.data().equals("[DONE]")).forEach(event -> {
                    out.print(word(event));
                    words.incrementAndGet();
                });
            }
            out.println();

            say("The same, cancelled after " + ENOUGH + " words:");
            int before = model.sent();
            AtomicInteger heard = new AtomicInteger();
            chat.events(connection, event -> {
                out.print(word(event));
                return heard.incrementAndGet() < ENOUGH;
            });
            out.println("...");
            while (model.hungUp() == 0 && model.sent() < before + ChatStandIn.WORDS.size()) {
                Thread.sleep(10);
            }
            int sent = model.sent() - before;
            say("Received " + words + " words, then " + heard + "; the service stopped after " + sent + " of "
                    + ChatStandIn.WORDS.size());
            return words.get() == ChatStandIn.WORDS.size()
                    && heard.get() == ENOUGH
                    && model.hungUp() == 1
                    && sent < ChatStandIn.WORDS.size();
        }
    }

    private static String word(ServerSentEvent event) {
        return event.json().at("/choices/0/delta/content").asText();
    }

    private void say(String text) {
        out.println(text);
    }
}
