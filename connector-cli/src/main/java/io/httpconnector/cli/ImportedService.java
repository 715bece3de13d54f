package io.httpconnector.cli;

import io.httpconnector.cli.ImportedRequests.Remark;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The name and base URL of the service to which imported requests belong. */
final class ImportedService {

    private final ImportedRequests source;
    private final String origin;
    private final List<Remark> remarks;

    ImportedService(ImportedRequests source) {
        this.source = source;
        Map<String, Integer> counts = new LinkedHashMap<>();
        source.origins().values().forEach(each -> counts.merge(each, 1, Integer::sum));
        int max = counts.isEmpty() ? 0 : Collections.max(counts.values());
        this.origin = counts.keySet().stream()
                .filter(each -> counts.getOrDefault(each, 0) == max)
                .findFirst()
                .orElse("");
        List<String> hosts =
                counts.keySet().stream().filter(each -> !each.isEmpty()).toList();
        this.remarks = hosts.size() < 2
                ? List.of()
                : List.of(new Remark(
                        "",
                        "its requests go to several hosts: " + String.join(", ", hosts)
                                + "; the credentials of a document are for one of them: create a document for each host,"
                                + " and choose the requests by "
                                + source.format().selector()));
    }

    /** Returns the scheme and host of most requests, or of the first of them; empty if they are not known. */
    Optional<String> baseUrl() {
        return ImportedUrl.isKnown(origin) ? Optional.of(origin) : Optional.empty();
    }

    /** Returns the scheme and host of most requests; if they are not known, with pills, or empty. */
    String origin() {
        return origin;
    }

    List<Remark> remarks() {
        return remarks;
    }

    /** Returns the title of the service: that of the source, or its host. */
    String title(@Nullable String fallback) {
        String title = source.tree()
                .at("/info/title")
                .asText(source.tree().at("/info/name").asText(""));
        return !title.isBlank()
                ? title.strip()
                : baseUrl().map(url -> url.replaceFirst("^https?://", "")).orElse(String.valueOf(fallback));
    }
}
