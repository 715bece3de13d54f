package io.httpconnector.wizard;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * A recommended request configuration with the reason for the recommendation.
 *
 * @param title a display title that describes the request, such as {@code Create a venue}
 * @param score how well it matches method and URL, from 0 to 1
 * @param reason the reason for the score, such as {@code same method, same path}
 * @param source the origin, such as {@code OpenAPI "Eventbrite API" 3.0.1}
 * @param definition the request in the format of {@link io.httpconnector.template.RequestTemplate#fromJson}, without
 *     credentials
 * @param notes what could not be imported and how to proceed, such as {@code the header Host is
 *     determined by the connection}
 * @param origin scheme, host and port of the source, such as {@code https://api.example.com}, which are not part of the
 *     definition; with pills for what the source does not know, and empty if it has none
 */
public record Recommendation(
        String title,
        double score,
        String reason,
        String source,
        ObjectNode definition,
        List<String> notes,
        String origin) {

    /**
     * Creates a recommendation whose source has no host.
     *
     * @param title the title
     * @param score the score
     * @param reason the reason of the score
     * @param source the source
     * @param definition the request template
     * @param notes the notes
     */
    public Recommendation(
            String title, double score, String reason, String source, ObjectNode definition, List<String> notes) {
        this(title, score, reason, source, definition, notes, "");
    }
}
