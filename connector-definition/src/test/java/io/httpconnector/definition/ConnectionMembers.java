package io.httpconnector.definition;

import com.fasterxml.jackson.databind.JsonNode;
import io.httpconnector.internal.json.JsonObjectReader;

/** Reads the member {@code connection} alone. */
public final class ConnectionMembers {

    private ConnectionMembers() {}

    /** Reads a connection. */
    public static void read(JsonNode json) {
        ConnectionOptions unused = JsonObjectReader.read("connection", json, ConnectionOptions::read);
    }
}
