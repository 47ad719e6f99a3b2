#if DEBUG
    /// Mistakes of `FaceNetworks`: a search for traces that does not find each of them proves
    /// nothing.
    enum FaceCanary: CaseIterable {
        /// What networks computed with is left as it is.
        case memory
        /// Where eyes, noses and mouths were is left as it is.
        case points
        /// Templates of everybody are kept.
        case templates
        /// Pieces of pictures of everybody are kept.
        case crops
    }
#endif
