package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A configuration that may be the right one, and why.
 *
 * @param title what the request does, for people, such as {@code Create a venue}
 * @param score how well it fits method and URL, from 0 to 1
 * @param reason why it was found, such as {@code same method and path}
 * @param source where it comes from, such as {@code OpenAPI "Eventbrite API" 3.0.1}
 * @param definition the request as {@link io.httpconnector.template.RequestTemplate#fromJson} reads it, without credentials
 * @param notes what could not be taken over and what is to be done, such as {@code Authorization is left to the connection}
 */
public record Recommendation(
        String title, double score, String reason, String source, ObjectNode definition, List<String> notes) {}
