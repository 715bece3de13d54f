package io.httpconnector.spring;

import java.util.Map;

/**
 * A bean that supplies connector documents, in addition to those of {@code connectors.documents}. It is asked once, when the application
 * starts.
 */
@FunctionalInterface
public interface ConnectorDocumentSource {

    /**
     * Returns the documents.
     *
     * @return the texts, JSON or YAML, by a name for problems
     */
    Map<String, String> documents();
}
