export interface Ticket {
  id: string;
  userId: string;
  email: string;
  text: string;
}

export const tickets: Ticket[] = [
  {
    id: 'T-1001',
    userId: 'user_17',
    email: 'mara@example.com',
    text: 'I forgot my password and cannot log in any more. Can you send me a new link?',
  },
  {
    id: 'T-1002',
    userId: 'user_23',
    email: 'jonas@example.com',
    text: 'You charged me twice for my last order. I want a refund for one of them.',
  },
  {
    id: 'T-1003',
    userId: 'user_42',
    email: 'ines@example.com',
    text: 'Your useless menu hides everything! How do I export my invoices?',
  },
];
