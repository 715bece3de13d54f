package io.httpconnector.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.httpconnector.HttpConnection;
import io.httpconnector.Request;
import io.httpconnector.stream.EventStream;
import io.httpconnector.stream.ServerSentEvent;

/** Prints the server-sent events of a response as they arrive, each as JSON in one line. */
final class EventPrinter {

    private final Terminal terminal;
    private long count;

    EventPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Sends the request once, and prints events until the response ends or the user stops the command. */
    int print(HttpConnection connection, Request request) {
        EventStream.of(request).reconnectAttempts(0).events(connection, this::print);
        terminal.note(count + (count == 1 ? " event" : " events"));
        return ExitCode.OK;
    }

    private boolean print(ServerSentEvent event) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("event", event.event());
        if (!event.id().isEmpty()) {
            json.put("id", event.id());
        }
        json.set("data", JsonOutput.body(event.data()));
        terminal.print(json);
        count++;
        return !terminal.isStopped() && !terminal.isOutputClosed();
    }
}
